/** What the Server owes of one will, by which row, by when, and what became of it: the expectation of kind `will`. */
import type { Viewable } from './changed.ts';
import type { DecisionRow } from './decision-table.ts';
import type { End } from './end.ts';
import type { Check, ExpectationView, Fact, Severity, Verdict } from './model.ts';
import { Timer } from './timers.ts';
import type { Will } from './will.ts';

/** When the will is due: as shown, at the earliest, at the latest. `untilMs` may be Infinity. */
export interface DueTime {
  readonly atMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

export class WillCase implements Viewable<ExpectationView> {
  readonly id: number;
  readonly will: Will;
  readonly createdAtMs: number;
  /** Undefined when the will was seen while its connection was open. */
  row: DecisionRow | undefined = undefined;
  end: End | undefined = undefined;
  duty: 'publish' | 'withhold' | 'open' = 'withhold';
  due: DueTime | undefined = undefined;
  /** The Server may publish whenever it likes from then on. */
  unbounded = false;

  verdict: Verdict = 'pending';
  severity: Severity = 'must';
  decidedAtMs: number | undefined = undefined;
  observed: ExpectationView['observed'] = undefined;
  deviationMs: number | undefined = undefined;
  checks: Check[] = [];
  /** The telling: how it came about, what happened then, how it went. */
  base: readonly Fact[] = [];
  happenings: Fact[] = [];
  outcome: readonly Fact[] = [];

  /** The Client came back so close to the due time that the Server could see either first. */
  race = false;
  /** The Server may have taken over, resumed or refused: an unanswered CONNECT. */
  unclear: Fact | undefined = undefined;
  /** A copy came that something else explains as well. */
  ambiguity: Fact | undefined = undefined;
  /** A copy came that nothing explains, and that may have been the will before its time. */
  suspected: Fact | undefined = undefined;
  /** Wills with the same topic and payload that were due at the same time. */
  readonly twins = new Set<WillCase>();
  /** A PUBLISH on the topic with another payload, when the will was due. */
  altered: Fact | undefined = undefined;
  /** A retained copy that may be from before. */
  oldCopy: Fact | undefined = undefined;

  readonly dueTimer: Timer;
  readonly verdictTimer: Timer;
  /** Whether the first look, for somebody who could have seen it, is over. */
  lookedForWitness = false;

  constructor(
    id: number,
    will: Will,
    createdAtMs: number,
    events: {
      readonly due: (willCase: WillCase) => void;
      readonly decide: (willCase: WillCase, atMs: number) => void;
    },
  ) {
    this.id = id;
    this.will = will;
    this.createdAtMs = createdAtMs;
    this.dueTimer = new Timer(() => events.due(this));
    this.verdictTimer = new Timer((atMs) => events.decide(this, atMs));
  }

  view(): ExpectationView {
    const { will } = this;
    return {
      id: this.id,
      kind: 'will',
      server: will.client.server.key,
      clientId: will.connection.clientId,
      connection: will.connection.id,
      session: will.session?.id,
      will: will.id === 0 ? undefined : will.id,
      row: this.row?.id,
      demands: this.duty === 'withhold' ? 'does-not-happen' : 'happens',
      createdAtMs: this.createdAtMs,
      dueAtMs: this.duty === 'publish' ? this.due?.atMs : undefined,
      verdict: this.verdict,
      severity: this.severity,
      decidedAtMs: this.decidedAtMs,
      observed: this.observed,
      deviationMs: this.deviationMs,
      checks: [...this.checks],
      facts: [...this.base, ...this.happenings, ...this.outcome],
    };
  }
}
