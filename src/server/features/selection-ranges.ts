/** From the caret outwards: a variable, the value, its line, its map, its profile, the file. */
import type { Position, SelectionRange } from 'vscode-languageserver/node';
import type { Range } from '../../profile/model.ts';
import { holds, placeAt } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import { variableAt } from '../variable-places.ts';
import { contentEnd } from './symbols.ts';

export function selectionRanges(file: ProfileDocument, positions: readonly Position[]): SelectionRange[] {
  return positions.map((position) => selectionRange(file, file.offset(position)));
}

function selectionRange(file: ProfileDocument, offset: number): SelectionRange {
  const { text } = file;
  const ranges: Range[] = [{ start: 0, end: text.length }];
  const place = placeAt(file.tree, offset);
  for (const { inside, entry, index } of place?.steps ?? []) {
    ranges.push({ start: inside.range.start, end: contentEnd(text, inside) });
    if (entry !== undefined) {
      ranges.push({
        start: entry.keyRange.start,
        end: Math.max(entry.keyRange.end, contentEnd(text, entry.value)),
      });
    } else if (inside.kind === 'list' && index !== undefined) {
      const item = inside.items[index];
      if (item !== undefined) ranges.push({ start: item.range.start, end: contentEnd(text, item) });
    }
  }
  const last = place?.steps.at(-1)?.entry;
  if (place !== undefined && place.on === 'key' && last !== undefined) ranges.push(last.keyRange);
  if (place !== undefined && place.on === 'value' && place.value.kind !== 'nothing') {
    const { value } = place;
    ranges.push({ start: value.range.start, end: contentEnd(text, value) });
    if (value.kind === 'scalar' && !value.plain && /["']/.test(text.charAt(value.range.start))) {
      ranges.push({ start: value.range.start + 1, end: value.range.end - 1 });
    }
    const variable = variableAt(text, value, offset);
    if (variable !== undefined) ranges.push(variable.range);
  }
  let selection: SelectionRange = { range: file.range({ start: 0, end: text.length }) };
  let outer: Range = { start: 0, end: text.length };
  for (const range of ranges) {
    // Each must lie inside of the one before it and hold the caret; what does not (a caret in white space) is left out.
    const inside = range.start >= outer.start && range.end <= outer.end && holds(range, offset);
    if (!inside || (range.start === outer.start && range.end === outer.end)) continue;
    selection = { range: file.range(range), parent: selection };
    outer = range;
  }
  return selection;
}
