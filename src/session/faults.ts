/** What a tap has done to a connection. */
import type { FaultNote, FaultView } from './model.ts';

/** So many faults of one connection are told. */
const told = 50;

type Way = 'toServer' | 'toClient';

export class Faults {
  #views: readonly FaultView[] = [];
  /** A DISCONNECT of the Client that did not reach the Server. */
  droppedDisconnect: { readonly seq: number; readonly atMs: number } | undefined = undefined;

  /** A fault was set, or taken away, on one way or both. A second one of its kind takes the place of the first on its ways. */
  note(set: boolean, fault: FaultNote, seq: number, atMs: number): void {
    const views = this.#views.map((view) =>
      view.kind === fault.kind && view.untilMs === undefined ? lessened(view, fault, seq, atMs) : view,
    );
    this.#views = set ? withinLimit([...views, { ...fault, seq, atMs }]) : views;
  }

  /** Whether one is in force. */
  get areOn(): boolean {
    return this.#views.some(({ untilMs }) => untilMs === undefined);
  }

  /** In order; undefined when there was none. */
  view(): readonly FaultView[] | undefined {
    return this.#views.length === 0 ? undefined : this.#views;
  }

  /** The newest of these kinds. */
  newest(...kinds: readonly FaultView['kind'][]): FaultView | undefined {
    return this.#views.findLast(({ kind }) => kinds.includes(kind));
  }

  /** The first of those in force that keep what the Client sends from the Server. */
  holdingClient(): FaultView | undefined {
    return this.#views.find((view) => view.untilMs === undefined && holdsClient(view));
  }
}

/** Whether it keeps what the Client sends from the Server. */
export function holdsClient({ kind, direction, left }: FaultNote & Pick<FaultView, 'left'>): boolean {
  const works = left?.direction ?? direction;
  return kind === 'timeout' || (kind === 'freeze' && works !== 'toClient');
}

/** A fault that is taken away on the ways of another. */
function lessened(view: FaultView, by: FaultNote, seq: number, atMs: number): FaultView {
  const gone = waysOf(by.direction);
  const [stays, both] = waysOf(view.left?.direction ?? view.direction).filter((way) => !gone.includes(way));
  if (stays === undefined)
    return { ...view, untilMs: atMs, untilSeq: seq, ...(by.gone && { gone: by.gone }) };
  const isLess = both === undefined && view.left === undefined && waysOf(view.direction).length === 2;
  return isLess ? { ...view, left: { direction: stays, seq, atMs } } : view;
}

function waysOf(direction: FaultNote['direction']): readonly Way[] {
  return direction === undefined || direction === 'both' ? ['toServer', 'toClient'] : [direction];
}

/** Those that are over are forgotten first. */
function withinLimit(views: readonly FaultView[]): readonly FaultView[] {
  if (views.length <= told) return views;
  const oldest = Math.max(
    0,
    views.findIndex(({ untilMs }) => untilMs !== undefined),
  );
  return views.filter((_, index) => index !== oldest);
}
