/** Tries a Server: plays every probe, what may run together at once, and makes the report. */
import { setMaxListeners } from 'node:events';
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { CannotTry, Unreachable } from './failures.ts';
import { lacking, notPlayed, type Played, playOnce } from './play.ts';
import type { CheckProbe, Lane } from './probe.ts';
import { allProbes } from './probes.ts';
import {
  type CheckProgress,
  type CheckReport,
  type ProbeReport,
  reportFormat,
  reportTopics,
} from './report.ts';
import { Stage, type StageOptions } from './stage.ts';
import { type Survey, survey } from './survey.ts';
import type { CheckTarget } from './target.ts';
import { Turns, Wave, type WaveMember } from './wave.ts';

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: CheckProgress) => void) | undefined;
  /** All of them unless given. */
  readonly probes?: readonly CheckProbe[] | undefined;
  /** Tells this run from others: unique, of letters and digits. */
  readonly run?: string | undefined;
}

/** So many connections are opened at once. */
const atOnce = 64;
const laneWords: Readonly<Record<Exclude<Lane, 'free'>, string>> = {
  together: 'what may run together',
  second: 'what needs the wills of others out of the way',
  third: 'a silent Client with a delayed will',
};

/**
 * Resolves when all is tried, or `signal` has cancelled it; what was not tried then says so.
 *
 * @throws CannotTry when the Server cannot be reached at all, or lets nobody in
 */
export function runCheck(target: CheckTarget, options: CheckOptions = {}): Promise<CheckReport> {
  return new Run(target, options).run();
}

class Run {
  readonly #target: CheckTarget;
  readonly #options: CheckOptions;
  readonly #probes: readonly CheckProbe[];
  readonly #signal: AbortSignal;
  readonly #run: string;
  readonly #turns = new Turns(atOnce);
  readonly #reports = new Map<CheckProbe, ProbeReport>();
  #survey: Survey = { abilities: { versions: [] }, refusals: new Map(), plainVersion: 5 };
  #gone: string | undefined;
  #names = 0;
  #again = 0;
  #stage = '';

  constructor(target: CheckTarget, options: CheckOptions) {
    this.#target = target;
    this.#options = options;
    this.#probes = options.probes ?? allProbes;
    this.#signal = options.signal ?? new AbortController().signal;
    // Every probe that waits listens for the end.
    setMaxListeners(0, this.#signal);
    this.#run = options.run ?? Math.floor(target.clock.now()).toString(36).slice(-6);
  }

  async run(): Promise<CheckReport> {
    const startedMs = this.#target.clock.now();
    this.#tell('what the Server offers');
    const blind = await this.#look();
    const willing = this.#probes.filter((probe) => {
      const reason =
        lacking(probe, this.#survey.abilities, this.#survey.refusals) ??
        (needsWill(probe) ? blind : undefined);
      if (reason !== undefined) this.#reports.set(probe, notPlayed(probe, reason));
      return reason === undefined;
    });
    await this.#playAll(willing, 1);
    const doubtful = willing.filter((probe) => this.#deserves(probe));
    this.#again = doubtful.length;
    const first = new Map(doubtful.map((probe) => [probe, this.#reports.get(probe)]));
    await this.#playAll(doubtful, 2);
    const torn = doubtful.filter((probe) => differ(first.get(probe), this.#reports.get(probe)));
    this.#again += torn.length;
    await this.#playAll(torn, 3);
    const topics = Object.keys(reportTopics);
    const probes = this.#probes
      .map((probe) => this.#reports.get(probe) ?? notPlayed(probe, this.#gone ?? 'the check was cancelled'))
      .toSorted((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic));
    const endedEarly = this.#signal.aborted ? 'the check was cancelled' : this.#gone;
    return {
      format: reportFormat,
      server: this.#target.server,
      startedAt: new Date(startedMs).toISOString(),
      tookMs: this.#target.clock.now() - startedMs,
      ...(endedEarly === undefined ? {} : { endedEarly }),
      abilities: this.#survey.abilities,
      probes,
    };
  }

  /** Learns what the Server offers. Answers why no will can be seen; undefined when one was. */
  async #look(): Promise<string | undefined> {
    const stage = new Stage(this.#stageOptions(5, alone()));
    try {
      this.#survey = await survey(stage);
    } finally {
      await stage.cleanUp();
    }
    const { plainVersion } = this.#survey;
    let reason: string | undefined;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const control = new Stage(this.#stageOptions(plainVersion, alone()));
      try {
        await control.observe();
        const { seen, reason: why } = await control.control(plainVersion);
        if (seen) return undefined;
        reason = why;
      } catch (error) {
        if (!(error instanceof CannotTry)) throw error;
        if (error instanceof Unreachable) throw error;
        reason = error.message;
      } finally {
        await control.cleanUp();
      }
    }
    return `no will can be seen: ${reason}. Perhaps nobody may use topics that begin with ${this.#target.prefix}/`;
  }

  async #playAll(probes: readonly CheckProbe[], attempt: number): Promise<void> {
    const free = probes
      .filter(({ lane }) => lane === 'free')
      .map((probe) => this.#play(probe, alone(), attempt));
    for (const lane of ['together', 'second', 'third'] as const) {
      const members = probes.filter((probe) => probe.lane === lane);
      if (members.length === 0 || this.#signal.aborted || this.#gone !== undefined) continue;
      this.#tell(laneWords[lane]);
      const wave = new Wave(this.#target.clock);
      const joined = members.map((probe) => ({ probe, member: wave.join() }));
      await Promise.all(joined.map(({ probe, member }) => this.#play(probe, member, attempt)));
    }
    await Promise.all(free);
  }

  async #play(probe: CheckProbe, member: WaveMember, attempt: number): Promise<void> {
    const played: Played = await playOnce(probe, this.#stageOptions(this.#survey.plainVersion, member));
    if (played.unreachable) this.#gone ??= reasonOf(played.report);
    const before = this.#reports.get(probe);
    this.#reports.set(probe, { ...settled(before, played.report, attempt), attempts: attempt });
    this.#tell(this.#stage);
  }

  /** Whether it is played once more before anything is said. */
  #deserves(probe: CheckProbe): boolean {
    const kind = this.#reports.get(probe)?.verdict.kind;
    return kind === 'deviates' || kind === 'undecided';
  }

  #stageOptions(plainVersion: ProtocolVersion, member: WaveMember): StageOptions {
    this.#names += 1;
    const name = `${this.#run}-${this.#names}`;
    return { target: this.#target, name, turns: this.#turns, member, signal: this.#signal, plainVersion };
  }

  #tell(stage: string): void {
    this.#stage = stage;
    this.#options.progress?.({
      done: Math.max(0, this.#reports.size - this.#again),
      total: this.#probes.length,
      stage,
    });
  }
}

/** What is not known after one play is known after two or three; where they differ, that is told. */
function settled(before: ProbeReport | undefined, now: ProbeReport, attempt: number): ProbeReport {
  if (before === undefined || attempt === 1) return now;
  if (now.verdict.kind === 'not-tried') {
    const { reason } = now.verdict;
    return before.verdict.kind === 'deviates'
      ? {
          ...before,
          verdict: { kind: 'undecided', reason: `it deviated once, and could not be tried again: ${reason}` },
        }
      : now;
  }
  return now;
}

/** Whether the second play contradicts a first that was no matter of time. */
function differ(first: ProbeReport | undefined, second: ProbeReport | undefined): boolean {
  if (first?.verdict.kind !== 'deviates' || second?.verdict.kind !== 'conforms') return false;
  return first.owed.some(({ outcome }) => !['met', 'late', 'early', 'open'].includes(outcome));
}

/** Probes of Sessions and messages need no will to be seen. */
function needsWill({ topic }: CheckProbe): boolean {
  return topic !== 'session' && topic !== 'messages';
}

function reasonOf({ verdict }: ProbeReport): string {
  return verdict.kind === 'not-tried' || verdict.kind === 'undecided' ? verdict.reason : '';
}

function alone(): WaveMember {
  return new Wave().join();
}
