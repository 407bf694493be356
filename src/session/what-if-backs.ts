/** The ways a Client can come back after its connection has ended, one a row: when, and with which Clean Start. */
import { maximumInterval } from './choose-row.ts';
import { tolerances } from './tolerances.ts';
import type { Agreed, WhatIfEndRow } from './what-if-ends.ts';
import type { WhatIfSettings } from './what-if-model.ts';

export const whatIfBackKinds = [
  'none',
  'before-noticed',
  'before-noticed-clean',
  'at-once',
  'within-delay',
  'after-will',
  'before-expiry',
  'after-expiry',
  'clean',
  'clean-later',
  'refused',
  'takeover',
  'takeover-clean',
  'takeover-refused',
  'other-identity',
] as const;
export type WhatIfBackKind = (typeof whatIfBackKinds)[number];

export interface BackRow {
  readonly kind: WhatIfBackKind;
  /** Milliseconds after the Server has noticed; `before-noticed` and takeovers: after the last packet of the Client. Undefined: not possible. */
  readonly afterMs: (at: BackFacts) => number | undefined;
  readonly cleanStart: boolean;
  readonly accepted: boolean;
  /** While the Server still holds the old connection. */
  readonly takesOver: boolean;
}

/** What the ways back depend on. In seconds; Infinity for a Session that does not expire. */
export interface BackFacts {
  readonly end: WhatIfEndRow;
  readonly noticedAfterMs: number | undefined;
  /** The Will Delay Interval of a will that waits; 0 where there is none, or it is discarded. */
  readonly delay: number;
  readonly expiry: number;
}

/** So long nobody needs to wait to show what a longer wait would show. */
const longEnoughSeconds = 3600;
/** What comes so long after a time is no race with it. */
const safelyAfterMs = Math.max(10_000, 2 * tolerances.onTimeMs);

const row = (kind: WhatIfBackKind, afterMs: BackRow['afterMs'], more: Partial<BackRow> = {}): BackRow => ({
  kind,
  afterMs,
  cleanStart: false,
  accepted: true,
  takesOver: false,
  ...more,
});

const halfMs = (seconds: number): number => (Math.min(seconds, longEnoughSeconds) / 2) * 1000;
const waitOf = ({ delay, expiry }: BackFacts): number => Math.min(delay, expiry);
const takes = ({ end }: BackFacts): number | undefined => (end.backs === 'takeover' ? 0 : undefined);

/** Half of the time until the Server notices; with Keep Alive off, some time. */
const beforeNoticed = ({ end, noticedAfterMs }: BackFacts): number | undefined =>
  end.kind === 'silent' ? (noticedAfterMs ?? 120_000) / 2 : undefined;

/** Ways that need a Server that has noticed the end. */
const noticed =
  (afterMs: BackRow['afterMs']): BackRow['afterMs'] =>
  (at) =>
    at.end.backs === 'all' && at.noticedAfterMs !== undefined ? afterMs(at) : undefined;

const whileWaiting = noticed((at) => (waitOf(at) > 0 ? halfMs(waitOf(at)) : undefined));

/** Between the will and the end of the Session. */
function afterWill({ delay, expiry }: BackFacts): number | undefined {
  const between = delay > 0 && delay < maximumInterval && delay < expiry;
  return between ? delay * 1000 + halfMs(expiry - delay) : undefined;
}

const backRows: readonly BackRow[] = [
  row('before-noticed', beforeNoticed, { takesOver: true }),
  row('before-noticed-clean', beforeNoticed, { takesOver: true, cleanStart: true }),
  row(
    'at-once',
    noticed(() => 0),
  ),
  row('within-delay', whileWaiting),
  row('after-will', noticed(afterWill)),
  row(
    'before-expiry',
    noticed((at) => (at.delay === 0 && at.expiry > 0 ? halfMs(at.expiry) : undefined)),
  ),
  row(
    'after-expiry',
    noticed(({ expiry }) =>
      Number.isFinite(expiry) && expiry > 0 ? expiry * 1000 + safelyAfterMs : undefined,
    ),
  ),
  row(
    'clean',
    noticed((at) => whileWaiting(at) ?? 0),
    { cleanStart: true },
  ),
  row(
    'clean-later',
    noticed((at) =>
      waitOf(at) > 0 && waitOf(at) < maximumInterval ? waitOf(at) * 1000 + safelyAfterMs : undefined,
    ),
    { cleanStart: true },
  ),
  row('refused', whileWaiting, { accepted: false }),
  row('takeover', takes, { takesOver: true }),
  row('takeover-clean', takes, { takesOver: true, cleanStart: true }),
  row('takeover-refused', takes, { takesOver: true, accepted: false }),
];

const none: BackRow = row('none', () => undefined);
const otherIdentity: BackRow = row(
  'other-identity',
  noticed(() => 0),
);

/** The ways back after an end, with when: `none` first, except where only a return ends the connection. */
export function backsOf(
  settings: WhatIfSettings,
  agreed: Agreed,
  end: WhatIfEndRow,
): readonly { readonly row: BackRow; readonly afterMs: number | undefined }[] {
  const waits = settings.will !== undefined && end.kind !== 'disconnect';
  const at: BackFacts = {
    end,
    noticedAfterMs: end.noticedAfterMs(agreed),
    delay: waits && settings.protocolVersion === 5 ? (settings.will?.willDelayInterval ?? 0) : 0,
    expiry: agreed.expiry,
  };
  const rows = settings.identity === 'changes' ? [otherIdentity] : backRows;
  const possible = rows.flatMap((each) => {
    const afterMs = end.backs === 'none' ? undefined : each.afterMs(at);
    return afterMs === undefined ? [] : [{ row: each, afterMs }];
  });
  return end.backs === 'takeover' ? possible : [{ row: none, afterMs: undefined }, ...possible];
}
