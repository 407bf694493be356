/** What a tap has done to a connection. */
import type { FaultNote, FaultView } from './model.ts';

/** So many faults of one connection are told. */
const told = 50;

export class Faults {
  #views: FaultView[] = [];
  /** A DISCONNECT of the Client that did not reach the Server. */
  droppedDisconnect: { readonly seq: number; readonly atMs: number } | undefined = undefined;

  /** A fault was set, or taken away. A second one of its kind takes the place of the first. */
  note(set: boolean, fault: FaultNote, seq: number, atMs: number): void {
    const views = this.#views.map((view) =>
      view.kind === fault.kind && view.untilMs === undefined ? { ...view, untilMs: atMs } : view,
    );
    this.#views = set ? [...views, { ...fault, seq, atMs }].slice(-told) : views;
  }

  /** In order; undefined when there was none. */
  view(): readonly FaultView[] | undefined {
    return this.#views.length === 0 ? undefined : this.#views;
  }
}

/** Whether it keeps what the Client sends from the Server. */
export function holdsClient({ kind, direction }: FaultNote): boolean {
  return kind === 'timeout' || (kind === 'freeze' && direction !== 'toClient');
}
