/** A CONNECT that would have taken over was refused, so the Server must leave the old connection and its will alone (row D60). */
import type { Viewable } from './changed.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow, EndKind } from './decision-table.ts';
import { endFact } from './end.ts';
import type { ExpectationView, Fact } from './model.ts';
import { agreedFacts, ruleFacts } from './telling.ts';
import { Timer } from './timers.ts';
import { tolerances } from './tolerances.ts';
import type { World } from './world.ts';

export class RefusedTakeover implements Viewable<ExpectationView> {
  readonly #world: World;
  readonly #old: Connection;
  readonly #askedAtMs: number;
  #view: ExpectationView;

  constructor(world: World, old: Connection, asker: Connection, row: DecisionRow, refused: Fact) {
    this.#world = world;
    this.#old = old;
    this.#askedAtMs = asker.connect?.atMs ?? world.nowMs;
    this.#view = {
      id: world.newId('expectation'),
      kind: 'will',
      server: old.info.server,
      clientId: old.clientId,
      connection: old.id,
      session: old.session?.id,
      will: old.will?.id,
      row: row.id,
      demands: 'does-not-happen',
      createdAtMs: world.nowMs,
      verdict: 'pending',
      severity: row.severity,
      checks: [],
      facts: [...agreedFacts(old), refused, ...ruleFacts(row, row, old.version || 5, undefined)],
    };
    const timer = new Timer((atMs) => this.#decide(atMs));
    world.timers.set(timer, world.nowMs + tolerances.onTimeMs);
    world.changed.expectations.mark(this);
  }

  #decide(atMs: number): void {
    const { end } = this.#old;
    // What another CONNECT that was accepted took over did not end because of this one.
    const ended = end !== undefined && end.taker === undefined && end.atMs >= this.#askedAtMs;
    const byServer = ended && (end.kind === 'taken-over' || end.kind === 'server-closed');
    const verdict = !byServer ? 'met' : this.#mayHaveOtherCause(end.kind) ? 'undecided' : 'missed';
    this.#view = {
      ...this.#view,
      verdict,
      decidedAtMs: atMs,
      ...(verdict === 'undecided' && { severity: 'indeterminate' as const }),
      facts: byServer ? [...this.#view.facts, endFact(this.#old, end)] : this.#view.facts,
    };
    this.#world.changed.expectations.mark(this);
  }

  /** The Server gave another reason, or the Client had sent something for which a Server may close. */
  #mayHaveOtherCause(kind: EndKind): boolean {
    if (kind === 'taken-over') return false;
    const { serverDisconnect, lastFromClientAtMs } = this.#old;
    return serverDisconnect !== undefined || lastFromClientAtMs >= this.#askedAtMs;
  }

  view(): ExpectationView {
    return this.#view;
  }
}
