/**
 * Where Clients come in: a listener that can be closed, so that a connection is refused as it is where nobody listens, and opened
 * again at the same port.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenErrors } from '../broker/listener-errors.ts';
import type { Cancel, Clock } from '../clock.ts';

/** How many connections may wait to be accepted. */
const backlog = 4096;
/** How soon it tries again to listen where somebody else does, in ms. */
const againMs = 1000;

export interface DoorEvents {
  came(socket: Socket): void;
  /** It listens, or does not, or cannot. */
  changed(): void;
}

export class Door {
  readonly host: string;
  #port: number;
  readonly #clock: Clock;
  readonly #events: DoorEvents;
  #server: Server | undefined;
  #wanted = true;
  #trying = false;
  #ready = Promise.resolve();
  #problem: Error | undefined;
  #cancel: Cancel | undefined;

  private constructor(host: string, port: number, clock: Clock, events: DoorEvents) {
    this.host = host;
    this.#port = port;
    this.#clock = clock;
    this.#events = events;
  }

  /** Port 0 takes a free one, and keeps to it. Rejects with a ListenError. */
  static async open(host: string, port: number, clock: Clock, events: DoorEvents): Promise<Door> {
    const door = new Door(host, port, clock, events);
    await door.#listen();
    return door;
  }

  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Why it does not listen though it is to; it tries again. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** What is under way has come to an end. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Opens it, or shuts it. Connections that have come in stay. */
  set(open: boolean): void {
    this.#wanted = open;
    if (open) {
      if (this.#server === undefined && !this.#trying && this.#cancel === undefined) this.#try();
      return;
    }
    this.#cancel?.();
    this.#cancel = undefined;
    this.#problem = undefined;
    this.#server?.close();
    this.#server = undefined;
  }

  #try(): void {
    this.#cancel = undefined;
    this.#trying = true;
    const tried = (problem: Error | undefined): void => {
      this.#trying = false;
      if (!this.#wanted) {
        this.set(false);
        return;
      }
      this.#problem = problem;
      if (problem !== undefined)
        this.#cancel = this.#clock.schedule(this.#clock.now() + againMs, () => this.#try());
      this.#events.changed();
    };
    this.#ready = this.#listen().then(() => tried(undefined), tried);
  }

  async #listen(): Promise<void> {
    const { host } = this;
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    server.on('connection', (socket) => this.#events.came(socket));
    await new Promise<void>((resolve, reject) => {
      // Stays: when there are no file descriptors left for what comes in, that is an error here, too, and the rest goes on.
      server.on('error', (error: NodeJS.ErrnoException) =>
        reject(listenErrors.failed(host, this.#port, error)),
      );
      server.listen({ host, port: this.#port, backlog }, resolve);
    });
    this.#server = server;
    const bound = server.address();
    if (isAddress(bound)) this.#port = bound.port;
  }
}

function isAddress(bound: AddressInfo | string | null): bound is AddressInfo {
  return bound !== null && typeof bound === 'object';
}
