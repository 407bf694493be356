/**
 * The topics of the wills that still matter, by the bytes of the topic: every PUBLISH that flows by is looked up here, so that takes one
 * hash and mostly nothing else.
 */
import { encodeUtf8 } from '../mqtt/utf8.ts';
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';
import { limits } from './tolerances.ts';
import type { Will } from './will.ts';

/** An ordinary PUBLISH on the topic of a will: copies of it are not the will. */
export interface OrdinaryPublish {
  readonly connection: number;
  readonly sender: Connection;
  readonly seq: number;
  readonly atMs: number;
  readonly retain: boolean;
  readonly payload: PayloadMark;
  /** Who has received copies, how many, and since when. */
  readonly copies: Map<number, { readonly count: number; readonly firstAtMs: number }>;
}

/** Enough of a payload to tell it from others without keeping it. */
export interface PayloadMark {
  readonly length: number;
  readonly hashA: number;
  readonly hashB: number;
}

export interface WillTopic {
  readonly server: Server;
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** Every will on the topic, and those with one payload. */
  readonly wills: Set<Will>;
  readonly byPayload: Map<string, Set<Will>>;
  readonly ordinary: OrdinaryPublish[];
  /** The newest message that a Client in the trace published here with RETAIN 1. */
  lastRetained: OrdinaryPublish | undefined;
  /** When a copy with another payload than that of a will came last. */
  otherAtMs: number;
}

export class WillTopics {
  readonly #byHash = new Map<number, WillTopic[]>();
  /** How many topics have a signature: what has none is no topic of a will. */
  readonly #signatures = new Uint32Array(signatureCount);
  #size = 0;

  /** Whether a topic on the wire may be that of a will: a look at three of its bytes and its length. */
  mayHold(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#signatures[signature(bytes, start, end)] !== 0;
  }

  /** The entry of a topic on the wire. */
  find(server: Server, bytes: Uint8Array, start: number, end: number): WillTopic | undefined {
    if (!this.mayHold(bytes, start, end)) return undefined;
    const bucket = this.#byHash.get(hashBytes(bytes, start, end));
    return bucket?.find((each) => each.server === server && sameBytes(each.bytes, bytes, start, end));
  }

  add(will: Will): WillTopic {
    const { topic } = will.message;
    const bytes = encodeUtf8(topic);
    const { server } = will.client;
    let entry = this.find(server, bytes, 0, bytes.length);
    if (entry === undefined) {
      const hash = hashBytes(bytes, 0, bytes.length);
      entry = {
        server,
        topic,
        bytes,
        hash,
        wills: new Set(),
        byPayload: new Map(),
        ordinary: [],
        lastRetained: undefined,
        otherAtMs: Number.NEGATIVE_INFINITY,
      };
      const bucket = this.#byHash.get(hash);
      if (bucket === undefined) this.#byHash.set(hash, [entry]);
      else bucket.push(entry);
      this.#count(entry, 1);
    }
    entry.wills.add(will);
    const key = payloadKey(will.payloadMark);
    const same = entry.byPayload.get(key);
    if (same === undefined) entry.byPayload.set(key, new Set([will]));
    else same.add(will);
    return entry;
  }

  remove(will: Will): void {
    const entry = will.topic;
    if (!entry.wills.delete(will)) return;
    const key = payloadKey(will.payloadMark);
    const same = entry.byPayload.get(key);
    same?.delete(will);
    if (same?.size === 0) entry.byPayload.delete(key);
    if (entry.wills.size > 0) return;
    this.#count(entry, -1);
    const bucket = this.#byHash.get(entry.hash)?.filter((each) => each !== entry) ?? [];
    if (bucket.length === 0) this.#byHash.delete(entry.hash);
    else this.#byHash.set(entry.hash, bucket);
  }

  get size(): number {
    return this.#size;
  }

  #count({ bytes }: WillTopic, by: 1 | -1): void {
    const key = signature(bytes, 0, bytes.length);
    this.#signatures[key] = (this.#signatures[key] ?? 0) + by;
    this.#size += by;
  }
}

export function markPayload(bytes: Uint8Array, start: number, end: number): PayloadMark {
  let hashA = 0x811c9dc5;
  let hashB = 0x5bd1e995;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    hashA = Math.imul(hashA ^ byte, 0x01000193);
    hashB = Math.imul(hashB, 0x9e3779b1) + byte;
  }
  return { length: end - start, hashA, hashB: hashB | 0 };
}

function payloadKey({ length, hashA, hashB }: PayloadMark): string {
  return `${length} ${hashA} ${hashB}`;
}

/** The wills of a topic with that payload; of a crowd only the first. */
export function willsWith(topic: WillTopic, payload: PayloadMark): Will[] {
  const found: Will[] = [];
  for (const will of topic.byPayload.get(payloadKey(payload)) ?? []) {
    found.push(will);
    if (found.length === limits.sameWills) break;
  }
  return found;
}

/** Whether so many wills have the same topic and payload that a copy could be that of any. */
export function isCrowded(will: Will): boolean {
  return (will.topic.byPayload.get(payloadKey(will.payloadMark))?.size ?? 0) >= limits.sameWills;
}

export function samePayload(a: PayloadMark, b: PayloadMark): boolean {
  return a.length === b.length && a.hashA === b.hashA && a.hashB === b.hashB;
}

export function sameBytes(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false;
  for (let index = 0; index < wanted.length; index += 1) {
    if (wanted[index] !== bytes[start + index]) return false;
  }
  return true;
}

const signatureCount = 1 << 15;

function signature(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const last = bytes[end - 1] ?? 0;
  return (length * 31 + first * 7 + middle * 331 + last * 3571) & (signatureCount - 1);
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  }
  return hash | 0;
}
