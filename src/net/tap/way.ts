/** What the bytes of one direction go through: frames taken apart where there are some, packets followed, then the lane. */
import type { Direction } from '../../mqtt/packet.ts';
import type { ConnectionState } from '../../mqtt/packet-border.ts';
import type { Frames, Unit } from './frames.ts';
import { Lane, type LaneSource, type LaneWorld } from './lane.ts';
import { PacketGate } from './packet-gate.ts';

export interface WayEvents extends LaneWorld {
  /** MQTT has come, whole or in part: told when it has been handed on, or before what it brings about. */
  came(mqtt: Buffer): void;
  /** The source has said, in a frame, that it closes. */
  closeCame(): void;
  /** The target has been told that. */
  closePassed(): void;
  /** These bytes are about to pass. */
  passing(mqtt: Buffer): void;
  /** A packet of this type has passed to its end. Told only while the gate is watching. */
  passed(type: number): void;
  /** A packet was left out. */
  dropped(): void;
  /** From here on this is not MQTT. */
  unreadable(): void;
}

export class Way {
  readonly lane: Lane;
  readonly gate: PacketGate;
  readonly #events: WayEvents;
  readonly #frames: Frames | undefined;
  /** While a unit of frames goes through the gate: what of it passes, and what is to be told afterwards. */
  #kept: Buffer[] | undefined;
  #later: (() => void)[] = [];

  /** `frames` where MQTT is carried in frames that pass as they are. */
  constructor(
    direction: Direction,
    state: ConnectionState,
    source: LaneSource,
    frames: Frames | undefined,
    events: WayEvents,
  ) {
    this.#events = events;
    this.#frames = frames;
    this.lane = new Lane(source, events);
    this.gate = new PacketGate(direction, state, {
      pass: (bytes) => this.#pass(bytes),
      passed: (type) => this.#tell(() => events.passed(type)),
      dropped: (_bytes, _type, first) => {
        if (first) this.#tell(() => events.dropped());
      },
      unreadable: () => this.#tell(() => events.unreadable()),
    });
    this.gate.mayHold = frames === undefined;
  }

  /** Takes what has come. */
  feed(chunk: Buffer): void {
    const { gate } = this;
    if (this.#frames !== undefined) {
      this.#frames.feed(chunk, gate.sifting, (unit) => {
        this.#unit(unit);
      });
    } else if (gate.sifting) {
      this.#events.came(chunk);
      gate.feed(chunk);
    } else {
      gate.feed(chunk);
      this.#events.came(chunk);
    }
  }

  /** The source has ended: what was held back to be judged passes. */
  finish(): void {
    const rest = this.#frames?.finish();
    if (rest !== undefined) this.lane.push(rest, none);
    this.gate.finish();
  }

  #pass(bytes: Buffer): void {
    this.#events.passing(bytes);
    if (this.#kept === undefined) this.lane.push(bytes, bytes);
    else this.#kept.push(bytes);
  }

  #tell(run: () => void): void {
    if (this.#kept === undefined) run();
    else this.#later.push(run);
  }

  /** Frames pass whole: what a packet in one brings about comes after it. */
  #unit({ raw, mqtt, rebuilt, closes }: Unit): void {
    const { gate } = this;
    const passed = closes ? () => this.#events.closePassed() : undefined;
    if (mqtt.length > 0) this.#events.came(mqtt);
    if (closes) this.#events.closeCame();
    if (mqtt.length === 0) {
      this.lane.push(raw, none, passed);
      return;
    }
    const { dropping } = gate;
    if (rebuilt === undefined) gate.dropping = 0;
    const kept: Buffer[] = [];
    this.#kept = kept;
    gate.feed(mqtt);
    this.#kept = undefined;
    if (rebuilt === undefined) gate.dropping = dropping;
    const passes = kept.length === 1 ? (kept[0] ?? none) : Buffer.concat(kept);
    const whole = passes.length === mqtt.length && rebuilt !== undefined;
    if (whole || rebuilt === undefined) this.lane.push(raw, passes, passed);
    else {
      const frame = rebuilt(passes);
      if (frame.length > 0) this.lane.push(frame, passes);
    }
    const later = this.#later;
    this.#later = [];
    for (const run of later) run();
  }
}

const none = Buffer.alloc(0);
