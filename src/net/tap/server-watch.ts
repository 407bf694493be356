/**
 * Whether there is anybody at the Server's address. Who stands in front of it can then refuse connections as that address would,
 * and not accept them only to cut them off.
 */
import { endOfFailure } from '../client/link.ts';
import { type NetworkAddress, openTcp } from '../client/transport.ts';
import type { Cancel, Clock } from '../clock.ts';

/** Times in ms. */
export const watchLimits = {
  /** How long the first look may take before who waits for it goes on. */
  firstLookMs: 1000,
  /** How long a look may take. */
  lookMs: 5000,
  /** Between looks while nobody is there: at first, and at most; each time twice as long. */
  againMs: { first: 250, most: 1000 },
} as const;

/**
 * Errors that a Client gets before there is a connection, at once: nobody listens, no way leads there, or the name is not known.
 * A connection that is not answered is not among them: there the Client waits, too.
 */
const nobodyThere: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Rejects with the reason when nobody is there. */
export type Look = (signal: AbortSignal) => Promise<void>;

/** Connects, and closes at once what it opened. */
export const lookAt =
  (to: () => NetworkAddress): Look =>
  async (signal) => {
    const socket = await openTcp(to(), signal);
    socket.on('error', () => {});
    socket.destroy();
  };

export class ServerWatch {
  readonly #clock: Clock;
  readonly #look: Look;
  readonly #changed: () => void;
  #away: string | undefined;
  #looking: Promise<void> | undefined;
  #waitMs: number = watchLimits.againMs.first;
  #cancel: Cancel | undefined;
  readonly #abort = new AbortController();

  /** `changed` is called when nobody is there any more, and when somebody is again. */
  constructor(clock: Clock, look: Look, changed: () => void) {
    this.#clock = clock;
    this.#look = look;
    this.#changed = changed;
  }

  /** Why nobody is there, as the code of an error; undefined while nothing tells that. */
  get away(): string | undefined {
    return this.#away;
  }

  /** Looks now, and resolves when that is known, or when it takes too long. */
  async first(): Promise<void> {
    let cancel: Cancel | undefined;
    const late = new Promise<void>((settle) => {
      cancel = this.#clock.schedule(this.#clock.now() + watchLimits.firstLookMs, settle);
    });
    await Promise.race([this.look(), late]);
    cancel?.();
  }

  /** Looks, unless it is looking. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      this.#lookLater();
    });
    return this.#looking;
  }

  /** Somebody has tried to connect, and failed. */
  failed(error: unknown): void {
    const code = endOfFailure(error).detail ?? '';
    if (!nobodyThere.has(code)) return;
    this.#set(code);
    if (this.#looking === undefined) this.#lookLater();
  }

  /** Somebody has connected. */
  reached(): void {
    if (this.#away !== undefined) this.#set(undefined);
  }

  stop(): void {
    this.#abort.abort(new Error('stopped'));
    this.#cancel?.();
  }

  async #lookOnce(): Promise<void> {
    const given = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, given.signal]);
    const lateAtMs = this.#clock.now() + watchLimits.lookMs;
    const cancel = this.#clock.schedule(lateAtMs, () => given.abort(new Error('late')));
    try {
      await this.#look(signal);
      this.#set(undefined);
    } catch (error) {
      if (!signal.aborted) this.failed(error);
    } finally {
      cancel();
    }
  }

  #set(away: string | undefined): void {
    if (this.#abort.signal.aborted || away === this.#away) return;
    const changes = (away === undefined) !== (this.#away === undefined);
    this.#away = away;
    if (!changes) return;
    this.#waitMs = watchLimits.againMs.first;
    this.#changed();
  }

  #lookLater(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#away === undefined || this.#abort.signal.aborted) return;
    this.#cancel = this.#clock.schedule(this.#clock.now() + this.#waitMs, () => void this.look());
    this.#waitMs = Math.min(this.#waitMs * 2, watchLimits.againMs.most);
  }
}
