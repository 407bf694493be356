/** Where variables stand in the text of a file. */
import type { Range } from '../profile/model.ts';
import type { Tree } from '../profile/tree.ts';
import { parseTemplate, type Variable } from '../profile/variables.ts';

export interface VariablePlace {
  readonly variable: Variable;
  readonly range: Range;
}

/** The variables of a value with where each stands; those that quoting or folding has changed are left out. */
export function variablePlaces(text: string, value: Tree): readonly VariablePlace[] {
  if (value.kind !== 'scalar' || !value.text.includes('${')) return [];
  const places: VariablePlace[] = [];
  let from = value.range.start;
  for (const part of parseTemplate(value.text)) {
    if (part.kind !== 'variable') continue;
    const { variable } = part;
    const start = text.indexOf(variable.source, from);
    const end = start + variable.source.length;
    if (start === -1 || end > value.range.end) continue;
    places.push({ variable, range: { start, end } });
    from = end;
  }
  return places;
}

export function variableAt(text: string, value: Tree, offset: number): VariablePlace | undefined {
  return variablePlaces(text, value).find(({ range }) => range.start <= offset && offset <= range.end);
}
