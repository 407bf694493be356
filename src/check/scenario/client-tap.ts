/**
 * The network between one Client of a run and its Server, where steps make faults: a tap of ours on loopback, made for the run. It
 * records what passes in the place of the Client's own connection, at the Server's side.
 */

import type { NetError } from '../../net/client/net-error.ts';
import type { TlsMaterial } from '../../net/client/tls-material.ts';
import type { NetworkAddress } from '../../net/client/transport.ts';
import { addressLabel } from '../../net/client/transport.ts';
import { transportError } from '../../net/client/transport-errors.ts';
import type { Clock } from '../../net/clock.ts';
import type { TapListening } from '../../net/tap/listening.ts';
import { startTapProxy, type TapIdentity, type TapProxy } from '../../net/tap/tap-proxy.ts';
import type { FaultTap, Tap } from '../../net/tap.ts';
import type { FaultRule } from '../../profile/fault-rules.ts';
import { isConditional } from '../../profile/fault-steps.ts';
import type { FaultDirection } from '../../profile/faults.ts';
import type { ScenarioServer } from './world.ts';

/** How long what has been sent at the end has to arrive, in ms. */
const drainMs = 1000;

/** Takes what the Client's own connection would record: it has been recorded already. */
export const recordsNothing: Tap = { opened: () => 0, bytes: () => {}, closed: () => {} };

export interface ClientTapOptions {
  readonly to: ScenarioServer;
  /** For `mqtts` and `wss`. */
  readonly tls: TlsMaterial | undefined;
  readonly tap: FaultTap;
  readonly clock: Clock;
  /** Whether it listens for a program, and why not: the error's code or message says more, where there is one. */
  readonly listens: (before: TapListening, now: TapListening, detail: string | undefined) => void;
  /** Where a program connects to, and what its connections are called; a Client of ours unless given. */
  readonly program?:
    | (Caller & {
        readonly listen: { readonly host: string; readonly port: number };
        /** Where it has to speak TLS, as the Server's Clients do. */
        readonly identity: TapIdentity | undefined;
      })
    | undefined;
}

/** Who connects next: its key in the trace, and what to call it. */
export interface Caller {
  readonly key: string;
  readonly label: string;
}

export class ClientTap {
  /** Where the Client connects to. */
  readonly address: NetworkAddress;
  readonly #options: ClientTapOptions;
  readonly #proxy: TapProxy;
  /** The rules that steps have set, by their id at the tap. */
  readonly #rules = new Map<number, FaultRule>();
  readonly #hooks: Hooks;

  private constructor(options: ClientTapOptions, proxy: TapProxy, hooks: Hooks) {
    this.#options = options;
    this.#proxy = proxy;
    this.#hooks = hooks;
    const { host, port, scheme } = proxy;
    this.address = { scheme, host, port, path: options.to.address.path };
  }

  /** Rejects with a ListenError. */
  static async open(options: ClientTapOptions): Promise<ClientTap> {
    const { to, tls, tap, clock, program, listens } = options;
    const { address, server } = to;
    const hooks = new Hooks();
    let listening: TapListening = 'listening';
    const proxy = await startTapProxy({
      listen: program?.listen ?? { host: '127.0.0.1', port: 0 },
      to: address,
      // A program speaks to it as to the Server. Of our own Clients none needs TLS to get here; a WebSocket stays one, with its subprotocol.
      scheme: program !== undefined ? address.scheme : isWebSocket(address.scheme) ? 'ws' : 'mqtt',
      identity: program?.identity,
      tls,
      server,
      clock,
      tap: hooks.noting(tap),
      // A program is refused as it would be at the Server. Of our own Clients the trace is to have each attempt.
      alwaysListens: program === undefined,
      // Nobody else stops what was made for this run.
      look: to.fresh ? async () => {} : undefined,
      listens: (now, detail) => {
        listens(listening, now, detail);
        listening = now;
      },
      who: () =>
        program === undefined
          ? hooks.takeCaller()
          : { tap: 'listener', client: program.key, label: program.label },
      unreachable: (error) => {
        hooks.unreachable = error;
      },
      changed: () => hooks.changed(),
    });
    return new ClientTap(options, proxy, hooks);
  }

  /** Before each connection: nobody else of the run connects until this one has, or has failed. */
  expect(caller: Caller): void {
    this.#hooks.caller = caller;
    this.#hooks.unreachable = undefined;
  }

  /** For a program, as a URL. */
  get url(): string {
    return this.#proxy.address;
  }

  /** The key of the Server in the trace. */
  get server(): string {
    return this.#options.to.server;
  }

  get connectionsOpen(): number {
    return this.#proxy.connectionsOpen;
  }

  /** The newest connection of a client in the trace. */
  connectionOf(key: string): number | undefined {
    return this.#hooks.connections.get(key);
  }

  /** Why the Server could not be reached, when that was why the last connection was reset. */
  get unreachable(): NetError | undefined {
    const { unreachable } = this.#hooks;
    if (unreachable === undefined) return undefined;
    const { address } = this.#options.to;
    return transportError(unreachable, addressLabel(address), address.host, this.#options.tls !== undefined);
  }

  /** Whether any fault is in force, or waits for its conditions. */
  get faulted(): boolean {
    return this.#rules.size > 0 || this.#proxy.connections(few).some(({ faults }) => faults.length > 0);
  }

  /** On the connection that is open and on those to come, or when its conditions hold. */
  make(rule: FaultRule): void {
    // Which connection is meant by number is counted from now on.
    const counted = rule.nth !== undefined || rule.every !== undefined;
    const id = isConditional(rule) ? this.#proxy.addRule(rule, !counted) : this.#proxy.faultAll(rule.fault);
    if (id !== undefined) this.#rules.set(id, rule);
  }

  /** Lets pass what freezes hold, one way or both. */
  thaw(direction: FaultDirection): void {
    for (const [id, rule] of [...this.#rules]) {
      const { fault } = rule;
      if (fault.kind !== 'freeze') continue;
      // The way that stays frozen is frozen anew first, so that nothing slips through.
      if (fault.direction === 'both' && direction !== 'both') {
        this.make({
          ...rule,
          fault: { ...fault, direction: direction === 'toServer' ? 'toClient' : 'toServer' },
        });
      } else if (direction !== 'both' && fault.direction !== direction) continue;
      this.#rules.delete(id);
      this.#proxy.removeRule(id);
    }
  }

  clear(): void {
    this.#rules.clear();
    this.#proxy.clearAll();
  }

  /** What is under way arrives, then all ends. */
  async close(): Promise<void> {
    this.clear();
    // A program does not end because the scenario does.
    if (this.#options.program === undefined) await this.#drained();
    await this.#proxy.close();
  }

  #drained(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((settle) => {
      const done = (): void => {
        cancel();
        this.#hooks.changed = () => {};
        settle();
      };
      const cancel = clock.schedule(clock.now() + drainMs, done);
      const look = (): void => {
        if (this.#proxy.connectionsOpen === 0) done();
      };
      this.#hooks.changed = look;
      look();
    });
  }
}

/** More connections than a Client of a run has at a time. */
const few = 100;

/** What the tap asks and tells. */
class Hooks {
  caller: Caller | undefined;
  unreachable: unknown;
  readonly connections = new Map<string, number>();
  changed: () => void = () => {};

  /** Whoever comes uninvited is nobody of the run. */
  takeCaller(): { readonly tap: 'client'; readonly client: string; readonly label: string } | undefined {
    const { caller } = this;
    this.caller = undefined;
    return caller && { tap: 'client', client: caller.key, label: caller.label };
  }

  noting(tap: FaultTap): FaultTap {
    return {
      opened: (atMs, info) => {
        const id = tap.opened(atMs, info);
        if (info.client !== undefined) this.connections.set(info.client, id);
        return id;
      },
      bytes: (...args) => tap.bytes(...args),
      closed: (...args) => tap.closed(...args),
      fault: (...args) => tap.fault(...args),
    };
  }
}

const isWebSocket = (scheme: NetworkAddress['scheme']): boolean => scheme === 'ws' || scheme === 'wss';
