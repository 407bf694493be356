/** The compression of the messages of a WebSocket (permessage-deflate, RFC 7692), as it was agreed on, and undone for one direction. */
import { Inflater, windowBytes } from './inflate.ts';

/** What was agreed on for one direction. */
export interface Compression {
  /** From 8 to 15. */
  readonly windowBits: number;
  /** Each message stands for itself. */
  readonly forgets: boolean;
}

export interface AgreedCompression {
  readonly toServer: Compression;
  readonly toClient: Compression;
}

const EXTENSIONS = /^sec-websocket-extensions:(.*)$/gim;
const WINDOW_BITS = { least: 8, most: 15 } as const;
/** What the sender has left off the end of a message (RFC 7692, 7.2.1). */
const MESSAGE_TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
/**
 * More than so many bytes out of each byte of the capture, beyond an allowance for all of it, are nothing that is worth reading. Of many short
 * messages that repeat each other it is less than this, as each has headers of its own.
 */
const RATIO_LIMIT = 32;
const ALLOWANCE_BYTES = 67_108_864;

/** What the Server's answer agrees to; undefined when messages are not compressed. */
export function agreedCompression(answer: string): AgreedCompression | undefined {
  for (const [, list = ''] of answer.matchAll(EXTENSIONS)) {
    for (const extension of list.split(',')) {
      const [name, ...parameters] = extension.split(';').map((each) => each.trim().toLowerCase());
      if (name !== 'permessage-deflate') continue;
      const side = (who: 'client' | 'server'): Compression => ({
        windowBits: windowBitsIn(parameters, `${who}_max_window_bits`),
        forgets: parameters.includes(`${who}_no_context_takeover`),
      });
      return { toServer: side('client'), toClient: side('server') };
    }
  }
  return undefined;
}

function windowBitsIn(parameters: readonly string[], name: string): number {
  const value = parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const bits = Number(value?.replaceAll('"', '') ?? WINDOW_BITS.most);
  return bits >= WINDOW_BITS.least && bits <= WINDOW_BITS.most ? Math.trunc(bits) : WINDOW_BITS.most;
}

/** What all WebSockets of a capture may take together: their windows, and what comes out of them. In bytes. */
export class InflationBudget {
  readonly #limit: number;
  #held = 0;
  #left = ALLOWANCE_BYTES;

  constructor(limit = 134_217_728) {
    this.#limit = limit;
  }

  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  free(bytes: number): void {
    this.#held -= bytes;
  }

  /** So much of the capture was read. */
  read(bytes: number): void {
    this.#left += bytes * RATIO_LIMIT;
  }

  /** So much has come out. */
  made(bytes: number): void {
    this.#left -= bytes;
  }

  get isUsedUp(): boolean {
    return this.#left < 0;
  }
}

/** One direction: what its compressed messages hold. */
export class Inflation {
  readonly #give: (bytes: Uint8Array) => void;
  readonly #compression: Compression;
  readonly #budget: InflationBudget;
  #inflater: Inflater | undefined = undefined;
  #over = false;

  constructor(give: (bytes: Uint8Array) => void, compression: Compression, budget: InflationBudget) {
    this.#give = give;
    this.#compression = compression;
    this.#budget = budget;
  }

  /** Takes part of a message. Returns whether it makes sense, and is within what may be held and made of it. */
  push(bytes: Uint8Array): boolean {
    const inflater = this.#inflater ?? this.#begin();
    if (inflater === undefined) return false;
    return !this.#budget.isUsedUp && inflater.push(bytes) && !this.#budget.isUsedUp;
  }

  /** The message is whole. Returns whether it makes sense. */
  endMessage(): boolean {
    if (!this.push(MESSAGE_TAIL) || this.#inflater?.isBetweenBlocks !== true) return false;
    if (this.#compression.forgets) this.#release();
    return true;
  }

  /** Nothing more is to be read. */
  end(): void {
    this.#over = true;
    this.#release();
  }

  #begin(): Inflater | undefined {
    const { windowBits } = this.#compression;
    if (this.#over || !this.#budget.take(windowBytes(windowBits))) return undefined;
    this.#inflater = new Inflater((bytes) => {
      this.#budget.made(bytes.length);
      this.#give(bytes);
    }, windowBits);
    return this.#inflater;
  }

  #release(): void {
    if (this.#inflater !== undefined) this.#budget.free(windowBytes(this.#compression.windowBits));
    this.#inflater = undefined;
  }
}
