/**
 * The report of a behaviour check, as data: what was tried on a Server, what the standard demands, what was seen, and what
 * follows from it. It is written as JSON as it stands, and read back to be compared; so it holds no class and no function.
 * Its sentences are English, as a report is read by others than who asked for it.
 */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { Fact } from '../session/model.ts';

/** Of a report that is written to a file; changed when an older one could no longer be read. */
export const reportFormat = 'mqtt-session-check/1';

/** What a probe is about, in the order of the report. */
export const reportTopics = {
  ends: 'How the connection ends (5.0)',
  returns: 'The Client comes back before or after the will is due',
  takeovers: 'Takeover by another connection',
  before5: 'Connections of 3.1.1 and 3.1',
  form: 'What the published will looks like',
  session: 'Session Present and the life of a Session',
  keepAlive: 'Keep Alive',
  messages: 'Messages kept for a Session',
} as const;
export type ReportTopic = keyof typeof reportTopics;

/** How heavy a deviation weighs: it breaks a statement, contradicts what follows from several, or goes against an advice. */
export type DeviationLevel = 'must' | 'derivable' | 'should';

export type CheckVerdict =
  | { readonly kind: 'conforms' }
  | {
      readonly kind: 'deviates';
      readonly level: DeviationLevel;
      /** What it goes against. */
      readonly statements: readonly StatementRef[];
    }
  /** What was seen does not tell; the reason is a sentence without a full stop. */
  | { readonly kind: 'undecided'; readonly reason: string }
  /** The probe could not be tried on this Server; the reason is a sentence without a full stop. */
  | { readonly kind: 'not-tried'; readonly reason: string };

export type VerdictKind = CheckVerdict['kind'];

/** One thing that the Server owed, and what it did. */
export interface Owed {
  readonly expected: string;
  readonly observed: string;
  /**
   * `unexpected`: what must not happen did. `wrong`: it answered something else. Of time: `early`, `late`. `open`: what
   * was seen may have another cause.
   */
  readonly outcome: 'met' | 'early' | 'late' | 'missed' | 'unexpected' | 'wrong' | 'open';
  /** How heavy it weighs when it is not met. */
  readonly level: DeviationLevel;
  readonly statements: readonly StatementRef[];
}

/** A will that is known to arrive, sent in the same run to the same observer, after everything else. */
export interface ControlResult {
  readonly seen: boolean;
  /** From the cut of its connection to its arrival, in ms; undefined when it did not come, or was not tried. */
  readonly delayMs?: number | undefined;
  /** Why it says nothing; undefined when it was seen. */
  readonly reason?: string | undefined;
}

/** One packet or event of a probe, in the order of time. */
export interface TraceLine {
  /** What `seq` of a fact names. */
  readonly seq: number;
  /** From the probe's zero: the moment at which the connection under test ends, is last heard, or is taken over. */
  readonly atMs: number;
  /** Who of the probe's Clients: `client`, `client 2`, `observer`, `control`. */
  readonly who: string;
  readonly direction: 'to-server' | 'to-client' | 'event';
  readonly what: string;
}

/** The same behaviour, seen elsewhere. */
export interface KnownElsewhere {
  readonly behaviour: string;
  /** For example `eclipse-mosquitto#3743`. */
  readonly references: readonly string[];
}

export interface ProbeReport {
  /** Unique and lasting: `D20 RST, D < E`. */
  readonly id: string;
  readonly topic: ReportTopic;
  /** Rows of the decision table, and names of other checks (`P4`, `W10`, `S1`). */
  readonly rows: readonly string[];
  readonly what: string;
  /** Of the Client under test. */
  readonly version: ProtocolVersion;
  readonly expected: string;
  readonly observed: string;
  readonly owed: readonly Owed[];
  /** When what was expected came, from its zero, in ms; undefined when nothing came, or no time is measured. */
  readonly delayMs?: number | undefined;
  /** When it was due, from the same zero. */
  readonly dueMs?: number | undefined;
  readonly verdict: CheckVerdict;
  readonly statements: readonly StatementRef[];
  readonly why: readonly Fact[];
  readonly trace: readonly TraceLine[];
  readonly control: ControlResult;
  readonly knownElsewhere: readonly KnownElsewhere[];
  /** What a program can do about it; undefined where nothing deviates. */
  readonly howToLiveWithIt?: string | undefined;
  /** How often it was played: 2 when the first time left a doubt or a deviation. */
  readonly attempts: number;
}

/** What the Server said it can do, and what it let us do. */
export interface ServerAbilities {
  readonly versions: readonly ProtocolVersion[];
  /** Undefined where nothing was said, and everything holds. */
  readonly maximumQoS?: number | undefined;
  readonly retainAvailable?: boolean | undefined;
  readonly serverKeepAlive?: number | undefined;
  /** What it grants who asks for a Session that does not expire, in seconds; undefined when that is granted. */
  readonly sessionExpiryMaximum?: number | undefined;
}

export interface CheckReport {
  readonly format: typeof reportFormat;
  /** The address, for people. */
  readonly server: string;
  /** Of the run, as ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
  /** Why the check ended before its end; undefined when it did not. */
  readonly endedEarly?: string | undefined;
  readonly abilities: ServerAbilities;
  /** In the order of the topics. */
  readonly probes: readonly ProbeReport[];
}

/** How many probes have each verdict; `deviates` by its level. */
export interface ReportCounts {
  readonly conforms: number;
  readonly must: number;
  readonly derivable: number;
  readonly should: number;
  readonly undecided: number;
  readonly notTried: number;
}

export function countsOf(probes: readonly Pick<ProbeReport, 'verdict'>[]): ReportCounts {
  const counts = { conforms: 0, must: 0, derivable: 0, should: 0, undecided: 0, notTried: 0 };
  for (const { verdict } of probes) {
    if (verdict.kind === 'deviates') counts[verdict.level] += 1;
    else counts[verdict.kind === 'not-tried' ? 'notTried' : verdict.kind] += 1;
  }
  return counts;
}

/** What a check tells while it runs. */
export interface CheckProgress {
  readonly done: number;
  readonly total: number;
  /** What is under way, in a few words. */
  readonly stage: string;
}
