/** What stands at a place of the tree, in the words of the table of keys. */
import type { Range } from '../profile/model.ts';
import { keysOf } from '../profile/schema.ts';
import type { KeyRow, ObjectName, ValueType } from '../profile/schema-types.ts';
import type { Entry, ScalarTree, Tree } from '../profile/tree.ts';

/** What a tree is, as far as the table of keys knows. */
export type Shape =
  /** `row` is that of the key that it stands behind, where it stands behind one. */
  | { readonly kind: 'object'; readonly object: ObjectName; readonly row?: KeyRow | undefined }
  /** A map whose keys the user chooses: `profiles`, `scenarios`. */
  | { readonly kind: 'names'; readonly object: ObjectName }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'value'; readonly row: KeyRow }
  /** Not in the table. */
  | { readonly kind: 'unknown' };

export const FILE_SHAPE: Shape = { kind: 'object', object: 'file' };
const UNKNOWN: Shape = { kind: 'unknown' };

/** The shape of what stands behind a key. */
export function shapeOfRow(row: KeyRow): Shape {
  return shapeOfType(row.type, row);
}

function shapeOfType(type: ValueType, row: KeyRow): Shape {
  if (type.kind === 'object') return { kind: 'object', object: type.of, row };
  if (type.kind === 'named') return { kind: 'names', object: type.of };
  if (type.kind === 'list') {
    return {
      kind: 'list',
      of: type.of === 'text' ? { kind: 'value', row } : { kind: 'object', object: type.of },
    };
  }
  return { kind: 'value', row };
}

/** The shape of the value of one entry of a map of a shape. */
export function shapeOfEntry(shape: Shape, key: string): Shape {
  switch (shape.kind) {
    case 'object': {
      const row = keysOf(shape.object).get(key);
      return row === undefined ? UNKNOWN : shapeOfRow(row);
    }
    case 'names':
      return { kind: 'object', object: shape.object };
    case 'value':
      return shape.row.type.kind === 'userProperties' ? { kind: 'value', row: shape.row } : UNKNOWN;
    case 'list':
    case 'unknown':
      return UNKNOWN;
  }
}

export function shapeOfItem(shape: Shape): Shape {
  if (shape.kind === 'list') return shape.of;
  return UNKNOWN;
}

/** One step on the way from the root to a place. */
export interface Step {
  /** The map or list that is stepped into, and what it is. */
  readonly inside: Tree;
  readonly shape: Shape;
  /** Set when `inside` is a map. */
  readonly entry?: Entry | undefined;
  /** Set when `inside` is a list. */
  readonly index?: number | undefined;
}

export interface Place {
  readonly steps: readonly Step[];
  /** What the place is on: the key of the last step, or the innermost value. */
  readonly on: 'key' | 'value';
  readonly value: Tree;
  readonly shape: Shape;
}

/** The innermost key or value that holds an offset; its ends count. Undefined when no tree reaches there. */
export function placeAt(tree: Tree | undefined, offset: number): Place | undefined {
  if (tree === undefined) return undefined;
  const steps: Step[] = [];
  let value = tree;
  let shape: Shape = FILE_SHAPE;
  for (;;) {
    const step: Step | undefined = stepAt(value, shape, offset);
    if (step === undefined) return { steps, on: 'value', value, shape };
    steps.push(step);
    if (step.entry !== undefined) {
      const inside = shapeOfEntry(shape, step.entry.key);
      if (holds(step.entry.keyRange, offset)) {
        return { steps, on: 'key', value: step.entry.value, shape: inside };
      }
      shape = inside;
      value = step.entry.value;
    } else if (value.kind === 'list' && step.index !== undefined) {
      const item = value.items[step.index];
      if (item === undefined) return { steps, on: 'value', value, shape };
      shape = shapeOfItem(shape);
      value = item;
    }
  }
}

function stepAt(inside: Tree, shape: Shape, offset: number): Step | undefined {
  if (inside.kind === 'map') {
    const entry = inside.entries.find(
      ({ keyRange, value }) =>
        holds(keyRange, offset) || (value.kind !== 'nothing' && holds(value.range, offset)),
    );
    return entry === undefined ? undefined : { inside, shape, entry };
  }
  if (inside.kind === 'list') {
    const index = inside.items.findIndex(({ range, kind }) => kind !== 'nothing' && holds(range, offset));
    return index === -1 ? undefined : { inside, shape, index };
  }
  return undefined;
}

export const holds = ({ start, end }: Range, offset: number): boolean => start <= offset && offset <= end;

/** The row of the table for the entry of a step. */
export function rowOfStep({ shape, entry }: Step): KeyRow | undefined {
  return shape.kind === 'object' && entry !== undefined ? keysOf(shape.object).get(entry.key) : undefined;
}

/** The profile that a place stands in, or undefined; `defaults` is none. */
export function profileOfPlace({ steps }: Place): Entry | undefined {
  return steps.find(({ shape }) => shape.kind === 'names' && shape.object === 'profile')?.entry;
}

export type Visit = (
  value: Tree,
  shape: Shape,
  around: { readonly entry?: Entry | undefined; readonly parent?: Entry | undefined },
) => void;

/** Visits every value of the tree in the order of the file. What aliases repeat is visited once. */
export function visitTree(tree: Tree | undefined, visit: Visit): void {
  if (tree === undefined) return;
  const seen = new Set<Tree>();
  const walk = (value: Tree, shape: Shape, entry: Entry | undefined, parent: Entry | undefined): void => {
    if (seen.has(value)) return;
    seen.add(value);
    visit(value, shape, { entry, parent });
    if (value.kind === 'map') {
      for (const each of value.entries) walk(each.value, shapeOfEntry(shape, each.key), each, entry);
    } else if (value.kind === 'list') {
      for (const item of value.items) walk(item, shapeOfItem(shape), entry, parent);
    }
  };
  walk(tree, FILE_SHAPE, undefined, undefined);
}

/** The entry of a key, where the tree is a map that has it. */
export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** The entries of `profiles`. */
export function profileEntries(tree: Tree | undefined): readonly Entry[] {
  const profiles = entryOf(tree, 'profiles')?.value;
  return profiles?.kind === 'map' ? profiles.entries : [];
}

export function scalarOf(tree: Tree | undefined): ScalarTree | undefined {
  return tree?.kind === 'scalar' ? tree : undefined;
}

/** The row whose value is the name of a profile, where a text stands for a value of this shape. */
export function nameRow(shape: Shape): KeyRow | undefined {
  if (shape.kind === 'value') {
    const { type, in: object, key } = shape.row;
    const named = type.kind === 'text' && type.names === 'profile';
    return named || (object === 'profile' && key === 'extends') ? shape.row : undefined;
  }
  if (shape.kind !== 'object' || shape.row?.type.kind !== 'object') return undefined;
  return shape.row.type.orText === 'profile' ? shape.row : undefined;
}
