import type { FaultNote } from '../../../../src/mqtt/network-connection.ts';
import { TO_CLIENT } from '../../../../src/mqtt/packet.ts';
import type { FaultAction, FaultTap, TappedConnection, TappedEnd } from '../../../../src/net/tap.ts';

/** A tap that remembers, and wakes who waits for something to pass. */
export class RecordingTap implements FaultTap {
  readonly opens: { readonly connection: number; readonly info: TappedConnection }[] = [];
  readonly ends: { readonly connection: number; readonly end: TappedEnd }[] = [];
  readonly actions: {
    readonly action: FaultAction;
    readonly connection: number;
    readonly fault: FaultNote;
  }[] = [];
  readonly #bytes = new Map<string, Buffer[]>();
  readonly #times: number[] = [];
  #wake: (() => void)[] = [];

  opened(atMs: number, info: TappedConnection): number {
    const connection = this.opens.length + 1;
    this.opens.push({ connection, info });
    this.#passed(atMs);
    return connection;
  }

  bytes(atMs: number, connection: number, direction: 0 | 1, chunk: Uint8Array): void {
    const key = `${connection} ${direction}`;
    this.#bytes.set(key, [...(this.#bytes.get(key) ?? []), Buffer.from(chunk)]);
    this.#passed(atMs);
  }

  closed(atMs: number, connection: number, end: TappedEnd): void {
    this.ends.push({ connection, end });
    this.#passed(atMs);
  }

  fault(atMs: number, action: FaultAction, connection: number, fault: FaultNote): void {
    this.actions.push({ action, connection, fault });
    this.#passed(atMs);
  }

  /** All that has passed in one direction, in hexadecimal. */
  sent(connection: number, direction: 0 | 1): Buffer {
    return Buffer.concat(this.#bytes.get(`${connection} ${direction}`) ?? []);
  }

  received(connection: number): Buffer {
    return this.sent(connection, TO_CLIENT);
  }

  endOf(connection: number): TappedEnd | undefined {
    return this.ends.find((each) => each.connection === connection)?.end;
  }

  /** Whether time never ran backwards. */
  get inOrder(): boolean {
    return this.#times.every((time, index) => index === 0 || time >= (this.#times[index - 1] ?? 0));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((wake) => this.#wake.push(wake));
  }

  async untilClosed(connection = 1): Promise<TappedEnd> {
    await this.until(() => this.endOf(connection) !== undefined);
    return this.endOf(connection) ?? { by: 'network', how: 'error' };
  }

  #passed(atMs: number): void {
    this.#times.push(atMs);
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}
