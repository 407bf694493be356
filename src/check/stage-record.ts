/**
 * What passed on a probe's stage: told to the session rules, and kept as lines for the report. Connections are counted from 0 in
 * the order in which they were opened.
 */
import { type Direction, type ProtocolVersion, TO_SERVER } from '../mqtt/packet.ts';
import type { Clock } from '../net/clock.ts';
import type { ExpectationView, SessionAction } from '../session/model.ts';
import { SessionRules } from '../session/rules.ts';
import { tolerances } from '../session/tolerances.ts';
import type { TraceLine } from './report.ts';
import { packetText } from './trace-text.ts';

/** How a connection was ended from here. */
export type OwnEnd = 'fin' | 'reset';

const actionWords: Partial<Record<SessionAction, string>> = {
  drop: 'cut from here (RST)',
  close: 'closed from here (FIN)',
  freeze: 'silent from here on',
};

export class StageRecord {
  readonly lines: TraceLine[] = [];
  readonly #clock: Clock;
  readonly #rules = new SessionRules();
  readonly #names: string[] = [];
  /** By number; a connection that is not here was ended by the Server, if it ended. */
  readonly #endedHere = new Map<number, OwnEnd>();
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The connection with this number is open. `as` is what the probe calls its Client. */
  opened(number: number, as: string): void {
    const name = nameOf(as, this.#names);
    this.#names[number] = name;
    this.#event(number, 'opened', (seq, atMs) =>
      this.#rules.opened(seq, atMs, number, { server: 'server', tap: 'client', client: name, label: name }),
    );
  }

  packet(
    number: number,
    direction: Direction,
    packet: Uint8Array,
    atMs: number,
    version: ProtocolVersion,
  ): void {
    const what = packetText(packet, version, direction);
    const seq = this.#line(number, atMs, direction === TO_SERVER ? 'to-server' : 'to-client', what);
    this.#rules.packet(seq, atMs, number, direction, packet, 0, packet.length);
  }

  /** Its end, when it comes, is ours. */
  endsHere(number: number, how: OwnEnd = 'fin'): void {
    this.#endedHere.set(number, how);
  }

  /** What is done to it, and is no packet. */
  action(number: number, action: SessionAction): void {
    this.#event(number, actionWords[action] ?? action, (seq, atMs) =>
      this.#rules.action(seq, atMs, action, { connection: number }),
    );
  }

  closed(number: number): void {
    const how = this.#endedHere.get(number);
    this.#event(number, how === undefined ? 'ended by the Server' : 'ended', (seq, atMs) =>
      this.#rules.closed(seq, atMs, number, {
        by: how === undefined ? 'server' : 'client',
        how: how ?? 'fin',
      }),
    );
  }

  /** What the session rules say of it, when all that could still come has had its time. */
  expectations(): readonly ExpectationView[] {
    this.#rules.advance(this.#clock.now() + tolerances.missedAfterMs + 1);
    return this.#rules.takeChanges().expectations;
  }

  #event(number: number, what: string, tell: (seq: number, atMs: number) => void): void {
    const atMs = this.#clock.now();
    tell(this.#line(number, atMs, 'event', what), atMs);
  }

  #line(number: number, atMs: number, direction: TraceLine['direction'], what: string): number {
    this.#seq += 1;
    this.lines.push({ seq: this.#seq, atMs, who: this.#names[number] ?? '', direction, what });
    return this.#seq;
  }
}

function nameOf(as: string, names: readonly string[]): string {
  const role = as === 'o' ? 'observer' : as === 'c' ? 'control' : as === 'a' ? 'client' : `client ${as}`;
  const before = names.filter((each) => each === role || each.startsWith(`${role}, `)).length;
  return before === 0 ? role : `${role}, connection ${before + 1}`;
}
