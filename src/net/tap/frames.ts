/** MQTT inside something else that passes through the tap as it is. */

/** A piece of what passes. */
export interface Unit {
  /** As it came, or as it has to be for the other side. */
  readonly raw: Buffer;
  /** What of it is MQTT: nothing, where it is all frame. */
  readonly mqtt: Buffer;
  /** How it would be with other MQTT bytes; undefined where it is not a whole frame, and cannot be changed. */
  readonly rebuilt?: ((mqtt: Buffer) => Buffer) | undefined;
  /** Behind what of it is MQTT its sender says that it closes. */
  readonly closes: boolean;
}

export interface Frames {
  /** Takes apart what has come. `whole`: frames are wanted whole, so that they can be rebuilt. */
  feed(chunk: Buffer, whole: boolean, take: (unit: Unit) => void): void;
  /** The direction has ended. Returns what was kept of an unfinished frame. */
  finish(): Buffer | undefined;
}
