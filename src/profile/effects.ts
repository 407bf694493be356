/**
 * What the settings of a profile will do, as far as the text says it: for hovers, inlay hints and What if. A value that
 * hangs on a variable or on the Server is unknown and says so.
 */
import type { Range } from './model.ts';

/** Where a value comes from. */
export interface EffectSource {
  /** The value in the file, or the key that would hold it; absent: a default, which stands nowhere. */
  readonly range: Range | undefined;
  /** Whose it is: a profile's name, `defaults`, or the default of the table of keys. */
  readonly from:
    | { readonly kind: 'profile'; readonly name: string }
    | { readonly kind: 'defaults' | 'default' };
}

/** Seconds; `never` for what does not end; undefined where it cannot be known from the file. */
export type Seconds = number | 'never' | undefined;

export interface Effect {
  readonly seconds: Seconds;
  /** Everything that it is made of, the deciding value first. */
  readonly sources: readonly EffectSource[];
}

/** What a profile's settings amount to. */
export interface ProfileEffects {
  readonly name: string;
  /** Where its name stands. */
  readonly range: Range;
  readonly protocolVersion: 3 | 4 | 5;
  /** How long the Session lasts after its connection: Session Expiry Interval; in 3.x 0, or `never` when it is kept. */
  readonly sessionLifetime: Effect;
  /** From the loss noticed to the will published: the shorter of Will Delay Interval and session lifetime. Absent: no will. */
  readonly willDelay?: Effect | undefined;
  /** From silence to the Server noticing, at most: 1.5 times Keep Alive (v5 3.1.2.10). `never` with Keep Alive 0. */
  readonly silenceNoticed: Effect;
  /** How long a subscriber of the will may believe a silent Client alive: the sum of the two. Absent: no will. */
  readonly believedAlive?: Effect | undefined;
}
