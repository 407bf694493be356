/** The line to the extension host. */
import type { RecordDetails } from '../trace/model.ts';
import type { FromPage, ToPage } from './messages.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

interface Pending {
  readonly resolve: (details: RecordDetails | undefined) => void;
  readonly reject: (error: Error) => void;
}

export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #pending = new Map<number, Pending>();
  #lastRequest = 0;

  /** Hands every message to `receive`, except the answers to requests of this class. */
  listen(receive: (message: ToPage) => void): void {
    window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      switch (data.type) {
        case 'details':
          this.#take(data.request)?.resolve(data.details);
          return;
        case 'failure':
          this.#take(data.request)?.reject(new Error(data.message));
          return;
        case 'state':
          this.#failAll();
          receive(data);
          return;
        default:
          receive(data);
      }
    });
  }

  post(message: FromPage): void {
    this.#api.postMessage(message);
  }

  /** One record whole; undefined when the trace no longer holds it. Rejects when the host could not answer. */
  details(seq: number): Promise<RecordDetails | undefined> {
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    return new Promise((resolve, reject) => {
      this.#pending.set(request, { resolve, reject });
      this.post({ type: 'details', request, seq });
    });
  }

  get saved(): unknown {
    return this.#api.getState();
  }

  save(state: unknown): void {
    this.#api.setState(state);
  }

  #take(request: number): Pending | undefined {
    const pending = this.#pending.get(request);
    this.#pending.delete(request);
    return pending;
  }

  /** A new state means that the other side began anew and will not answer what was asked before. */
  #failAll(): void {
    for (const { reject } of this.#pending.values()) reject(new Error('The host began anew.'));
    this.#pending.clear();
  }
}
