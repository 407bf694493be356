/** What the tap of a terminal says of what it sees: a line for what happens to a connection, a session, a will. */
import type { TapListening, TapView } from '../engine/messages.ts';
import type {
  ConnectionView,
  ExpectationView,
  FaultNote,
  SessionChanges,
  WillView,
} from '../session/model.ts';
import { isObserverName } from '../session/observer-name.ts';
import { type EndCause, endCauses, renderFact, verdictWords, whyTitles } from '../session/sentences.ts';
import { printable } from './printable.ts';

const versionNames = { 3: '3.1', 4: '3.1.1', 5: '5.0' } as const;

/** Tells changes as lines; what was told before is not told again. */
export class TapWords {
  readonly #connections = new Map<number, string>();
  readonly #wills = new Map<number, WillView>();
  readonly #verdicts = new Map<number, string>();
  readonly #why: boolean;
  #listening: TapListening = 'listening';

  /** `why`: each verdict with what it follows from. */
  constructor(why: boolean) {
    this.#why = why;
  }

  tell({ connections, wills, expectations }: SessionChanges): readonly string[] {
    for (const will of wills) this.#wills.set(will.id, will);
    return [
      ...connections.flatMap((each) => this.#connection(each)),
      ...expectations.flatMap((each) => this.#expectation(each)),
    ].map(printable);
  }

  /** That a tap does not listen, and why; and that it does again. */
  tellTap({ address, to, listening }: Pick<TapView, 'address' | 'to' | 'listening'>): readonly string[] {
    if (listening === this.#listening) return [];
    this.#listening = listening;
    const lines: Readonly<Record<TapListening, string>> = {
      listening: `listening on ${address} again`,
      'broker-away': `${to} is not reachable: connections are refused until it is`,
      refusing: 'connections are refused, as a fault says',
      'port-taken': `cannot listen on ${address} again: its port is taken by another program. Trying on`,
    };
    return [lines[listening]];
  }

  #connection(view: ConnectionView): readonly string[] {
    const { id, closedAtMs, acceptedAtMs } = view;
    if (view.observer === true) return [];
    const told = this.#connections.get(id) ?? '';
    const lines: string[] = [];
    if (acceptedAtMs !== undefined && !told.includes('c')) {
      lines.push(`${timeOf(acceptedAtMs)}  ${nameOf(view)}: connected, ${this.#terms(view)}`);
    }
    const faults = view.faults ?? [];
    for (const fault of faults) {
      const { atMs, untilMs, seq, direction, left } = fault;
      const tell = (mark: string, ms: number, on: typeof direction, what: string) => {
        if (told.includes(mark)) return;
        lines.push(`${timeOf(ms)}  ${nameOf(view)}: fault ${textOf({ ...fault, direction: on })}${what}`);
      };
      tell(`[${seq}]`, atMs, direction, '');
      if (left !== undefined) tell(`[${seq}l]`, left.atMs, otherWay(left.direction), ' cleared');
      const over = fault.gone === true ? ' over: both ends are gone' : ' cleared';
      if (untilMs !== undefined) tell(`[${seq}x]`, untilMs, left?.direction ?? direction, over);
    }
    if (closedAtMs !== undefined && !told.includes('e')) {
      lines.push(`${timeOf(closedAtMs)}  ${nameOf(view)}: connection ended, ${endOf(view)}`);
    }
    const known = [
      acceptedAtMs === undefined ? '' : 'c',
      ...faults.map(
        ({ seq, left, untilMs }) =>
          `[${seq}]${left === undefined ? '' : `[${seq}l]`}${untilMs === undefined ? '' : `[${seq}x]`}`,
      ),
    ].join('');
    // What has ended changes no more, but for faults that are taken away.
    if (closedAtMs === undefined) this.#connections.set(id, known);
    else this.#connections.set(id, `${known}e`);
    return lines;
  }

  #terms({ id, version, cleanStart, keepAliveSeconds, sessionPresent }: ConnectionView): string {
    const will = [...this.#wills.values()].findLast(({ connection }) => connection === id);
    const terms = [
      version === undefined ? '' : `MQTT ${versionNames[version]}`,
      cleanStart === undefined
        ? ''
        : `${version === 5 ? 'Clean Start' : 'CleanSession'} ${cleanStart ? 1 : 0}`,
      keepAliveSeconds === undefined ? '' : `Keep Alive ${keepAliveSeconds} s`,
      sessionPresent === true ? 'session resumed' : '',
      will === undefined ? 'no will' : `will on ${will.topic}${delayOf(will)}`,
    ];
    return terms.filter((term) => term !== '').join(', ');
  }

  #expectation(view: ExpectationView): readonly string[] {
    const { id, kind, verdict, dueAtMs, demands, decidedAtMs, createdAtMs, observed } = view;
    if (this.#verdicts.get(id) === verdict || isObserverName(view.clientId)) return [];
    const first = !this.#verdicts.has(id);
    this.#verdicts.set(id, verdict);
    // That Session Present is right is nothing to tell, nor that nothing on the wire shows the end of a session.
    if (kind === 'session-present' && (verdict === 'met' || verdict === 'pending')) return [];
    if (kind === 'session-end' && verdict === 'unobserved' && !this.#why) return [];
    const what = subjects[kind];
    const name = view.clientId === '' ? `connection ${view.connection}` : view.clientId;
    if (verdict === 'pending') {
      if (!first || dueAtMs === undefined || demands === 'does-not-happen') return [];
      return [`${timeOf(createdAtMs)}  ${name}: ${what} due at ${timeOf(dueAtMs)}`];
    }
    const atMs = observed?.atMs ?? decidedAtMs ?? createdAtMs;
    const line = `${timeOf(atMs)}  ${name}: ${what} ${verdictWords[verdict]}${deviation(view)}`;
    const why = this.#why || (verdict !== 'met' && verdict !== 'cancelled');
    if (!why) return [line];
    const title = whyTitles[kind].replace('{clientId}', name);
    const facts = view.facts.map((fact, index) => {
      const statement =
        fact.statement === undefined ? '' : `  [${fact.statement.id.replace(/^\[|\]$/g, '')}]`;
      return `                ${index + 1}. ${renderFact(fact)}${statement}`;
    });
    return [line, `              ${title}`, ...facts];
  }
}

const subjects: Readonly<Record<ExpectationView['kind'], string>> = {
  will: 'will',
  'session-end': 'end of the session',
  'keep-alive': 'end by Keep Alive',
  'session-present': 'Session Present',
};

function textOf({ kind, direction, detail, rule }: FaultNote): string {
  const by = rule === undefined ? undefined : `(${rule})`;
  return [kind, direction, detail, by].filter((word) => word !== undefined).join(' ');
}

function otherWay(way: 'toServer' | 'toClient'): 'toServer' | 'toClient' {
  return way === 'toServer' ? 'toClient' : 'toServer';
}

function nameOf({ clientId, label, id }: ConnectionView): string {
  return clientId || label || `connection ${id}`;
}

function endOf({ endCause }: ConnectionView): string {
  const words: Readonly<Record<string, string>> = endCauses;
  const cause: EndCause | string = endCause ?? 'ended';
  return words[cause] ?? cause;
}

function delayOf({ willDelayInterval }: WillView): string {
  return willDelayInterval === 0 ? '' : `, ${willDelayInterval} s later`;
}

function deviation({ deviationMs }: ExpectationView): string {
  if (deviationMs === undefined) return '';
  const rounded = Math.round(Math.abs(deviationMs));
  return ` (${deviationMs < 0 ? '-' : '+'}${rounded} ms)`;
}

/** Hours, minutes, seconds and milliseconds of this machine's time. */
function timeOf(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const ms = `${date.getMilliseconds()}`.padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
