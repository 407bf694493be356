/** What-if: what goes in (the settings of a profile) and what comes out (every way its connection can end, and every way back). */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { Fact, RowId, Severity } from './model.ts';
import type { WhatIfBackKind } from './what-if-backs.ts';
import type { WhatIfEndKind } from './what-if-ends.ts';

/** The settings that decide what becomes of will and Session. Intervals are in seconds; undefined is absent on the wire. */
export interface WhatIfSettings {
  readonly protocolVersion: ProtocolVersion;
  /** Before 5.0: CleanSession. */
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  /** 0xFFFFFFFF does not expire. */
  readonly sessionExpiryInterval?: number | undefined;
  readonly will?: { readonly willDelayInterval?: number | undefined } | undefined;
  /**
   * fixed: each CONNECT carries the same Client Identifier. changes: each has another one (random, or chosen by the Server), so that none
   * comes back to a Session. unknown: a variable decides; told as for `fixed`.
   */
  readonly identity: 'fixed' | 'changes' | 'unknown';
  /** What the Server will say in CONNACK; undefined when that is not known. */
  readonly server?:
    | { readonly sessionExpiryMaximum?: number | undefined; readonly serverKeepAlive?: number | undefined }
    | undefined;
}

export interface WhatIf {
  readonly settings: WhatIfSettings;
  /** What holds for the whole table: what is not known, and what the settings imply. */
  readonly notes: readonly Fact[];
  readonly ends: readonly WhatIfEnd[];
}

export interface WhatIfEnd {
  readonly kind: WhatIfEndKind;
  /** One that happens every day; the others are told for completeness. */
  readonly usual: boolean;
  /** From the last packet of the Client until the Server must have noticed; undefined when nothing sets a time. */
  readonly noticedAfterMs: number | undefined;
  readonly outcomes: readonly WhatIfOutcome[];
}

export interface WhatIfOutcome {
  readonly back: WhatIfBackKind;
  /** When the Client is back, from its last packet; undefined for `none`. */
  readonly backAfterMs: number | undefined;
  /** Whether this profile comes back this way by its own settings. */
  readonly own: boolean;
  readonly will: WillOutcome;
  readonly session: SessionOutcome;
  /** Of the CONNACK of the return. `no-flag`: 3.1 has none. Undefined where nobody comes back, or the CONNECT is refused. */
  readonly sessionPresent: 0 | 1 | 'open' | 'no-flag' | undefined;
  /** How heavy a deviation of the will would weigh; `indeterminate` where it is left open. */
  readonly severity: Severity;
  readonly rows: readonly RowId[];
  /** Each once, in the order in which the facts cite them, then those of the rows. */
  readonly statements: readonly StatementRef[];
  /** In the order of the telling. Times are told relative to T, the last packet of the Client. */
  readonly facts: readonly Fact[];
}

/** `afterMs` counts from the last packet of the Client, `afterNoticeMs` from when the Server has noticed the end. */
export type WillOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'published'; readonly afterMs: number; readonly afterNoticeMs: number }
  /** When the Client is back. */
  | { readonly kind: 'published-at-return'; readonly afterMs: number }
  /** The Server owes it, and nothing says by when. */
  | { readonly kind: 'published-some-time' }
  | { readonly kind: 'open' };

export type SessionOutcome =
  /** The CONNECT made none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'ends-with-connection' }
  | { readonly kind: 'expires'; readonly afterMs: number; readonly afterNoticeMs: number }
  | { readonly kind: 'kept' }
  | { readonly kind: 'resumed' }
  /** It had ended before the Client was back, or ended by that; a new one begins. */
  | { readonly kind: 'new'; readonly oldEndedAfterMs: number | undefined }
  | { readonly kind: 'untouched' }
  | { readonly kind: 'open' };
