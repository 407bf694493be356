/**
 * One direction of a tapped connection: takes what one side sends, and hands it to the other as it is, at once or when the faults on
 * this way let it pass. What waits here is bounded: beyond that the source is not read, so that TCP holds its sender back.
 */
import { Fifo } from '../broker/fifo.ts';
import type { Cancel, Clock } from '../clock.ts';

/** So much may wait in one direction before its source is read no more, in bytes. */
export const holdBytes = 262_144;
/** What a piece costs beside its bytes: whoever sends byte by byte is held back as soon as who sends as much in earnest. */
export const pieceBytes = 256;
/** With a limited bandwidth, what passes at once is at most the share of so many milliseconds, unless it is framed. */
const bandwidthStepMs = 20;

/** How a side has ended. */
export type LaneEnd = 'fin' | 'reset';

/** What a lane needs of the stream that it takes from. */
export interface LaneSource {
  pause(): unknown;
  resume(): unknown;
}

/** What a lane needs of the stream that it hands to. */
export interface LaneTarget {
  /** False when it wants no more before `drained` is called. */
  write(bytes: Buffer): boolean;
}

export interface LaneWorld {
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** It has just been handed to the target. `mqtt` is what of it is MQTT, when it is not the same. */
  departed(bytes: Buffer): void;
  /** All has been handed over, and then the end came. */
  ended(how: LaneEnd): void;
}

interface Piece {
  raw: Buffer;
  mqtt: Buffer;
  /** When it may pass. */
  atMs: number;
  /** Called when all of it has been handed over. */
  readonly passed: (() => void) | undefined;
}

export interface Delay {
  readonly latencyMs: number;
  readonly jitterMs: number;
}

export class Lane {
  readonly #world: LaneWorld;
  readonly #source: LaneSource;
  #target: LaneTarget | undefined;
  readonly #waiting = new Fifo<Piece>();
  #waitingBytes = 0;
  #end: { readonly how: LaneEnd; readonly atMs: number } | undefined;
  #ended = false;
  /** Whether nothing passes any more: what comes goes nowhere. */
  #abandoned = false;
  #frozen = false;
  #held = false;
  #delay: Delay | undefined;
  #bytesPerSecond: number | undefined;
  /** No piece passes before the one in front of it. */
  #lastAtMs = 0;
  /** When the bandwidth is free for the next byte. */
  #freeAtMs = 0;
  #blocked = false;
  #paused = false;
  #cancelTimer: Cancel | undefined;
  #timerAtMs = 0;

  constructor(source: LaneSource, world: LaneWorld) {
    this.#source = source;
    this.#world = world;
  }

  /** Whether the source has ended, and the target has not been told yet. */
  get endWaits(): boolean {
    return this.#end !== undefined && !this.#ended;
  }

  /** Whether everything is held until somebody lets it pass. */
  get isFrozen(): boolean {
    return this.#frozen;
  }

  /** Lets pass what has waited for the target to be there. */
  open(target: LaneTarget): void {
    this.#target = target;
    this.#pump();
  }

  /** `mqtt` is what of `raw` is MQTT. `passed` is called when all of it has been handed over. */
  push(raw: Buffer, mqtt: Buffer, passed?: () => void): void {
    if (this.#abandoned || this.#ended) return;
    if (this.#isPlain() && this.#target !== undefined) {
      this.#depart(this.#target, raw, mqtt);
      passed?.();
      return;
    }
    this.#waiting.push({ raw, mqtt, atMs: this.#passesAtMs(), passed });
    this.#waitingBytes += raw.length;
    this.#pump();
    this.#flow();
  }

  /** The source has ended; a reset goes before an end that waits. */
  end(how: LaneEnd): void {
    if (this.#abandoned || this.#ended) return;
    if (this.#end === undefined || how === 'reset') this.#end = { how, atMs: this.#passesAtMs() };
    this.#pump();
  }

  /** The target takes more again. */
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#bandwidthFromNow();
    this.#pump();
    this.#flow();
  }

  /** Holds everything, or lets it pass again. */
  freeze(frozen: boolean): void {
    if (frozen === this.#frozen) return;
    this.#frozen = frozen;
    this.#bandwidthFromNow();
    this.#pump();
    this.#flow();
  }

  /** As `freeze`, for a reason of its own. */
  hold(held: boolean): void {
    this.#held = held;
    this.#bandwidthFromNow();
    this.#pump();
    this.#flow();
  }

  /** From now on; what waits already keeps its time, unless there is no delay any more. */
  delay(delay: Delay | undefined): void {
    if (delay === this.#delay) return;
    this.#delay = delay;
    if (delay === undefined) this.#release();
  }

  limit(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#bandwidthFromNow();
    this.#pump();
    this.#flow();
  }

  /** Hands over all that waits, whatever the faults say, and nothing after that. */
  flush(): void {
    const target = this.#target;
    if (target !== undefined && !this.#abandoned && !this.#ended) {
      for (const { raw, mqtt, passed } of this.#waiting) {
        target.write(raw);
        this.#world.departed(mqtt);
        passed?.();
      }
    }
    this.abandon();
  }

  /** Nothing passes any more; the source is read on, so that its end is noticed. */
  abandon(): void {
    this.#abandoned = true;
    this.#cancelTimer?.();
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#blocked = false;
    this.#flow();
  }

  #isPlain(): boolean {
    return (
      this.#waiting.length === 0 &&
      !this.#frozen &&
      !this.#held &&
      this.#delay === undefined &&
      this.#bytesPerSecond === undefined
    );
  }

  #passesAtMs(): number {
    const delay = this.#delay;
    const nowMs = this.#world.clock.now();
    if (delay !== undefined) {
      const jitterMs = delay.jitterMs === 0 ? 0 : delay.jitterMs * (2 * this.#world.random() - 1);
      this.#lastAtMs = Math.max(this.#lastAtMs, nowMs + Math.max(0, delay.latencyMs + jitterMs));
    } else this.#lastAtMs = Math.max(this.#lastAtMs, nowMs);
    return this.#lastAtMs;
  }

  /** What could not pass until now has used no bandwidth. */
  #bandwidthFromNow(): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#world.clock.now());
  }

  /** What waits may pass now. */
  #release(): void {
    const nowMs = this.#world.clock.now();
    this.#lastAtMs = 0;
    for (const piece of this.#waiting) piece.atMs = Math.min(piece.atMs, nowMs);
    if (this.#end !== undefined) this.#end = { ...this.#end, atMs: Math.min(this.#end.atMs, nowMs) };
    this.#pump();
    this.#flow();
  }

  #depart(target: LaneTarget, raw: Buffer, mqtt: Buffer): void {
    const room = target.write(raw);
    this.#world.departed(mqtt);
    if (!room && !this.#blocked) {
      this.#blocked = true;
      this.#flow();
    }
  }

  #pump(): void {
    const target = this.#target;
    if (target === undefined) return;
    for (;;) {
      if (this.#frozen || this.#held || this.#abandoned || this.#ended) return;
      if (this.#blocked) {
        // Who resets does not wait for what the other has not taken; nor does TCP.
        if (this.#end?.how === 'reset') this.#finish();
        return;
      }
      const piece = this.#waiting.peek();
      const next = piece ?? this.#end;
      if (next === undefined) return;
      const atMs = piece === undefined ? next.atMs : this.#throughAtMs(piece);
      if (atMs > this.#world.clock.now()) {
        this.#wakeAt(atMs);
        return;
      }
      if (piece === undefined) {
        this.#finish();
        return;
      }
      this.#handOver(target, piece, atMs);
    }
  }

  /** How much of a piece passes at once, in bytes. What is MQTT inside frames passes with their whole piece. */
  #stepOf({ raw, mqtt }: Piece): number {
    if (this.#bytesPerSecond === undefined || raw !== mqtt) return raw.length;
    const step = Math.max(1, Math.floor((this.#bytesPerSecond * bandwidthStepMs) / 1000));
    return Math.min(step, raw.length);
  }

  /** When the last byte of the next step of a piece is through. */
  #throughAtMs(piece: Piece): number {
    if (this.#bytesPerSecond === undefined) return piece.atMs;
    const startMs = Math.max(piece.atMs, this.#freeAtMs);
    return startMs + (this.#stepOf(piece) * 1000) / this.#bytesPerSecond;
  }

  #handOver(target: LaneTarget, piece: Piece, throughAtMs: number): void {
    const { raw, mqtt } = piece;
    const count = this.#stepOf(piece);
    this.#freeAtMs = throughAtMs;
    this.#waitingBytes -= count;
    if (count === raw.length) {
      this.#waiting.shift();
      this.#depart(target, raw, mqtt);
      piece.passed?.();
      return;
    }
    piece.raw = raw.subarray(count);
    piece.mqtt = piece.raw;
    const first = raw.subarray(0, count);
    this.#depart(target, first, first);
  }

  #finish(): void {
    const how = this.#end?.how;
    if (how === undefined) return;
    this.#ended = true;
    this.#cancelTimer?.();
    this.#world.ended(how);
  }

  #wakeAt(atMs: number): void {
    if (this.#cancelTimer !== undefined && this.#timerAtMs === atMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = atMs;
    this.#cancelTimer = this.#world.clock.schedule(atMs, () => {
      this.#cancelTimer = undefined;
      this.#pump();
      this.#flow();
    });
  }

  /** Reads the source, or does not. */
  #flow(): void {
    const full = this.#blocked || this.#waitingBytes + this.#waiting.length * pieceBytes > holdBytes;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#source.pause();
    else this.#source.resume();
  }
}
