/** Plays a probe of the decision table to a Server, and judges what came of it. */
import { assertNever } from '../mqtt/assert-never.ts';
import type { ProtocolVersion, PublishPacket, StatementRef } from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import { decisionTable } from '../session/decision-table.ts';
import type { RowId } from '../session/model.ts';
import { keepAliveFactor, tolerances } from '../session/tolerances.ts';
import type { Connecting, Party } from './connecting.ts';
import { text } from './connecting.ts';
import { CannotTry } from './failures.ts';
import { lateness, levelOf, sessionPresentStatement } from './judging.ts';
import type { CheckProbe, Judge } from './probe.ts';
import type { DeviationLevel, ReportTopic } from './report.ts';
import type { Stage } from './stage.ts';
import type { ConnectStep, EndStep, ExpectedWill, Step, TableProbe } from './table-probe.ts';
import type { Arrival } from './wire-client.ts';

/** Longer than that nobody wants to wait for a Keep Alive. */
const longestKeepAliveSeconds = 10;
/** Servers look only now and then who has been silent for too long: so much later they may close. */
export const keepAliveTickMs = 5000;

/** Later than so much after its time, what this side does may change what is due. */
const longestDriftMs = 500;

const rowsById = new Map(decisionTable.map((row) => [row.id, row]));

export function ofTable(probe: TableProbe): CheckProbe {
  const row = rowsById.get(probe.row);
  const version = firstConnect(probe.steps)?.version ?? 5;
  const silent = probe.steps.some((step) => step.step === 'end' && step.how === 'silence');
  const statements = (row?.statements ?? []).filter((each) => each.version === version);
  return {
    rows: [probe.row, ...(catalogue[probe.row] ?? [])],
    what: probe.what,
    topic: silent ? 'keepAlive' : topicOf(probe.row),
    version,
    versions: [...new Set(probe.steps.flatMap((step) => (step.step === 'connect' ? [step.version] : [])))],
    needs: ['qos1'],
    lane: probe.lane ?? 'together',
    statements,
    expected: expectedOf(probe),
    play: (stage) => new TablePlay(probe, stage, statements, levelOf(row?.severity ?? 'must')).play(),
  };
}

/** The names that other lists of checks have for rows of the table. */
const catalogue: Readonly<Partial<Record<RowId, readonly string[]>>> = {
  D02: ['W2'],
  D09: ['W3'],
  D17: ['W4'],
  D18: ['W1'],
  D20: ['W5'],
  D22: ['W6'],
  D23: ['W6'],
  D37: ['W7'],
  D39: ['W7'],
  D53: ['W8'],
  D57: ['W9'],
};

function topicOf(row: RowId): ReportTopic {
  const number = Number(row.slice(1));
  if (number <= 34) return 'ends';
  if (number <= 48) return 'returns';
  return number <= 60 ? 'takeovers' : 'before5';
}

function firstConnect(steps: readonly Step[]): ConnectStep | undefined {
  return steps.find((step): step is ConnectStep => step.step === 'connect');
}

function expectedOf({ wills, steps }: TableProbe): string {
  const parts = wills.map(({ will, seconds }) => `will ${will} ${after(seconds)}`);
  if (wills.length === 0) parts.push('no will');
  for (const step of steps.slice(1)) {
    if (step.step !== 'connect' || step.version === 3) continue;
    parts.push(presentText(step.answer));
  }
  return parts.join('; ');
}

const after = (seconds: number): string => (seconds === 0 ? 'at once' : `after ${seconds} s`);

function presentText(answer: ConnectStep['answer']): string {
  return answer === 'refused' ? 'CONNECT refused' : `Session Present ${answer === 'resumed' ? 1 : 0}`;
}

class TablePlay {
  readonly #probe: TableProbe;
  readonly #stage: Stage;
  readonly #statements: readonly StatementRef[];
  readonly #level: DeviationLevel;
  #party: Party | undefined;
  #first: Party | undefined;
  #connects = 0;
  /** Of the close that the Server owed: seconds of the expected wills count from it. */
  #dueBaseMs = 0;
  #closedByServer = false;
  /** Of the step that waits for a time, in seconds after the zero. */
  #planned: number | undefined;
  /** How much later than planned a further connection was ended: its will is due so much later. */
  #driftMs = 0;
  /** The Server did not do what makes the rest due. */
  #stopped = false;

  constructor(probe: TableProbe, stage: Stage, statements: readonly StatementRef[], level: DeviationLevel) {
    this.#probe = probe;
    this.#stage = stage;
    this.#statements = statements;
    this.#level = level;
  }

  async play(): Promise<Judge> {
    const { steps, wills, watch } = this.#probe;
    const stage = this.#stage;
    const observer = await stage.observe();
    for (const step of steps) {
      if ('zero' in step && step.zero === true) await stage.ready();
      await this.#step(step);
      if (this.#stopped) break;
    }
    if (!this.#stopped) {
      const beyond = this.#closedByServer ? (this.#dueBaseMs - stage.zeroMs) / 1000 : 0;
      await stage.until(beyond + watch + (this.#driftMs + tolerances.onTimeMs) / 1000);
    }
    const seen = stage.publishes(observer);
    return (controlDelayMs) => {
      if (!this.#stopped || seen.length > 0)
        this.#judgeWills(this.#stopped ? [] : wills, seen, controlDelayMs);
    };
  }

  async #step(step: Step): Promise<void> {
    switch (step.step) {
      case 'until':
        this.#planned = step.seconds;
        return this.#stage.until(step.seconds);
      case 'pause':
        return this.#stage.pause(step.seconds * 1000);
      case 'connect':
        return this.#connect(step);
      case 'end':
        return this.#end(step);
      default:
        return assertNever(step);
    }
  }

  async #connect(step: ConnectStep): Promise<void> {
    const stage = this.#stage;
    const wish = wishOf(step, stage);
    this.#connects += 1;
    const zero = step.zero === true;
    if (step.answer === 'refused') {
      const answer = await stage.connect(wish, { mayRefuse: true, zero });
      if (answer.accepted) {
        throw new CannotTry(
          'the Server accepts a CONNECT whose will has a wildcard in its topic, so that none can be made that it refuses',
        );
      }
      return;
    }
    const answer = await stage.connect(wish, { mayRefuse: false, zero });
    // Says why, as for any other.
    const party = answer.accepted ? answer.party : await stage.client(wish);
    this.#party = party;
    if (this.#lateMs() > longestDriftMs) {
      stage.doubt = 'this side came back later than planned, as the machine or the network is slow';
    }
    this.#first ??= party;
    // There are Servers that keep no Session without subscriptions, which is a case of its own.
    const kept = step.version !== 5 && !step.cleanStart && !zero && this.#connects === 1;
    if (kept) await stage.subscribe(party, stage.topic('own'), 1);
    if (step.version === 3) return;
    const expected = step.answer === 'resumed';
    const { sessionPresent } = party.connack;
    if (this.#connects === 1 && sessionPresent === expected) return;
    stage.owe({
      expected: presentText(step.answer),
      observed: `Session Present ${sessionPresent ? 1 : 0}`,
      outcome: sessionPresent === expected ? 'met' : 'wrong',
      level: 'must',
      statements: [sessionPresentStatement(step.version, step.cleanStart, expected)],
    });
  }

  async #end(step: EndStep): Promise<void> {
    const stage = this.#stage;
    const party = this.#party;
    if (party === undefined) return;
    if (step.zero === true) stage.zero();
    else this.#driftMs = this.#lateMs();
    this.#dueBaseMs = stage.zeroMs;
    switch (step.how) {
      case 'fin':
        return stage.close(party);
      case 'reset':
        return stage.cut(party);
      case 'disconnect':
        return stage.disconnect(party, step.reasonCode, step.expiry);
      case 'silence':
        return this.#silence(party);
      case 'bytes':
        party.client.sendBytes(Uint8Array.from(step.bytes));
        return this.#closes(party);
      case 'second-connect':
        stage.connectAgain(party);
        return this.#closes(party);
      default:
        return assertNever(step);
    }
  }

  /** How much later it is than planned. */
  #lateMs(): number {
    if (this.#planned === undefined) return 0;
    return this.#stage.clock.now() - this.#stage.zeroMs - this.#planned * 1000;
  }

  async #closes(party: Party): Promise<void> {
    if ((await this.#stage.closedWithin(party, 2 * tolerances.onTimeMs)) !== undefined) return;
    this.#stopped = true;
    this.#stage.owe({
      expected: 'the Server closes the connection',
      observed: 'the Server goes on with the connection',
      outcome: 'missed',
      level: 'must',
      statements: [violationStatement(party.client.version)],
    });
  }

  async #silence(party: Party): Promise<void> {
    const stage = this.#stage;
    const asked = firstConnect(this.#probe.steps)?.keepAlive ?? 0;
    const seconds = propertyNumber(party.connack.properties, PROPERTY.serverKeepAlive) ?? asked;
    if (seconds > longestKeepAliveSeconds || seconds === 0) {
      throw new CannotTry(
        `the Server sets the Keep Alive to ${seconds} s, for which this check does not wait`,
      );
    }
    await stage.silence(party);
    const dueMs = seconds * keepAliveFactor * 1000;
    const expected = `closed ${dueMs / 1000} s after the last packet`;
    const closedAtMs = await stage.closedWithin(party, dueMs + keepAliveTickMs + tolerances.onTimeMs);
    stage.dueMs = dueMs;
    const level = 'must';
    const statements = this.#statements;
    if (closedAtMs === undefined) {
      this.#stopped = true;
      const observed = `still open after ${((dueMs + keepAliveTickMs + tolerances.onTimeMs) / 1000).toFixed(1)} s`;
      stage.owe({ expected, observed, outcome: 'missed', level, statements });
      return;
    }
    const afterMs = closedAtMs - stage.zeroMs;
    stage.delayMs = afterMs;
    this.#dueBaseMs = closedAtMs;
    this.#closedByServer = true;
    const observed = `closed after ${(afterMs / 1000).toFixed(1)} s`;
    // A Server may close for reasons of its own, so that too soon is no breach.
    const outcome = afterMs < dueMs - tolerances.clockMs ? 'open' : 'met';
    stage.owe({ expected, observed, outcome, level, statements });
  }

  #judgeWills(
    wills: readonly ExpectedWill[],
    seen: readonly Arrival<PublishPacket>[],
    controlDelayMs: number,
  ): void {
    const stage = this.#stage;
    const level = this.#level;
    const statements = this.#statements;
    const left = [...seen];
    for (const { will, seconds } of wills) {
      const index = left.findIndex(({ packet }) => text(packet.payload) === will);
      const [found] = index < 0 ? [] : left.splice(index, 1);
      const expected = `will ${will} ${after(seconds)}`;
      if (found === undefined) {
        stage.owe({ expected, observed: `will ${will} did not come`, outcome: 'missed', level, statements });
        continue;
      }
      const dueMs = (this.#closedByServer ? this.#dueBaseMs : stage.zeroMs) + seconds * 1000 + this.#driftMs;
      if (!this.#closedByServer) {
        stage.dueMs = seconds * 1000;
        stage.delayMs = found.atMs - stage.zeroMs;
      }
      const judged = lateness(found.atMs - dueMs, controlDelayMs, this.#closedByServer, this.#version());
      const observed = `will ${will} after ${((found.atMs - stage.zeroMs) / 1000).toFixed(1)} s`;
      stage.owe({
        expected,
        observed,
        outcome: judged.outcome,
        level: judged.outcome === 'late' ? 'should' : level,
        statements: judged.outcome === 'late' ? judged.statements : statements,
      });
    }
    for (const { packet, atMs } of left) {
      const name = text(packet.payload);
      const again = wills.some(({ will }) => will === name);
      stage.owe({
        expected: again ? 'once' : 'no will',
        observed: `will ${name}${again ? ' again' : ''} after ${((atMs - stage.zeroMs) / 1000).toFixed(1)} s`,
        outcome: 'unexpected',
        level,
        statements,
      });
      stage.delayMs ??= atMs - stage.zeroMs;
    }
    if (wills.length === 0 && left.length === 0) {
      stage.owe({ expected: 'no will', observed: 'no will', outcome: 'met', level, statements });
    }
  }

  #version(): ProtocolVersion {
    return this.#first?.client.version ?? 5;
  }
}

function wishOf(step: ConnectStep, stage: Stage): Connecting {
  const { version, cleanStart, will, delay, expiry, keepAlive, answer } = step;
  const topic = answer === 'refused' ? stage.topic('+/will') : stage.topic();
  return {
    version,
    cleanStart,
    expiry,
    keepAlive,
    will: will === undefined ? undefined : { payload: will, topic, delay },
  };
}

function violationStatement(version: ProtocolVersion): StatementRef {
  return version === 5 ? { version, id: 'MQTT-4.13.1-1' } : { version: 4, id: 'MQTT-4.8.0-1' };
}
