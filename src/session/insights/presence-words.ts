/** Words by which programs say that they are there, or gone. */
import { decodeUtf8 } from '../../mqtt/utf8.ts';
import { insightLimits } from './thresholds.ts';

/** Each word and its opposite. Those that may mean much else, such as 0 and 1, are not here. */
const pairs: readonly (readonly [here: string, gone: string])[] = [
  ['online', 'offline'],
  ['connected', 'disconnected'],
  ['available', 'unavailable'],
  ['alive', 'dead'],
  ['up', 'down'],
  ['born', 'dead'],
  ['birth', 'death'],
  ['present', 'absent'],
  ['reachable', 'unreachable'],
];

/** The words of a payload that are the opposite of a word of the other: "online" for a will of "offline". */
export function opposites(
  payload: Uint8Array,
  will: Uint8Array,
): { readonly here: string; readonly gone: string } | undefined {
  const said = wordsOf(payload);
  const left = wordsOf(will);
  const found = pairs.find(([here, gone]) => said.has(here) && !said.has(gone) && left.has(gone));
  return found === undefined ? undefined : { here: found[0], gone: found[1] };
}

/** In lower case: `{"state":"Online"}` has `state` and `online`. */
function wordsOf(payload: Uint8Array): ReadonlySet<string> {
  if (payload.length > insightLimits.stateBytes) return new Set();
  const text = decodeUtf8(payload, 0, payload.length) ?? '';
  return new Set(text.toLowerCase().match(/\p{L}+/gu) ?? []);
}
