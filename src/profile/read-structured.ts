/** Reads the values that have a shape of their own: User Properties, and payloads written as JSON. */
import type { Range, UserProperties } from './model.ts';
import type { Reading } from './read.ts';
import { reportVariableProblems } from './read-scalar.ts';
import type { ScalarTree, Tree } from './tree.ts';

/** The longest payload that is written as JSON in a profile file, in characters. */
const MAX_JSON_LENGTH = 1_000_000;

/** What a value is, in words, for messages. */
export function describe(tree: Tree): string {
  switch (tree.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'nothing':
      return 'nothing';
    case 'invalid':
      return 'something unreadable';
    case 'scalar': {
      const shown = tree.text.length > 60 ? `${tree.text.slice(0, 60)}...` : tree.text;
      return tree.plain ? `\`${shown}\`` : `the text \`${shown}\``;
    }
  }
}

const isText = (tree: Tree | undefined): tree is ScalarTree =>
  tree?.kind === 'scalar' && !(tree.plain && tree.value === null);

/** A map of names to values, a list of pairs `[name, value]`, or a list of maps with one key each. */
export function readUserProperties(tree: Tree, key: string, reading: Reading): UserProperties | undefined {
  const pairs: (readonly [string, string])[] = [];
  let broken = false;
  const wrong = (at: Tree) => {
    broken = true;
    if (at.kind === 'invalid') return;
    reading.problems.add(
      'wrong-type',
      at.range,
      `\`${key}\` is a map of names to texts, or a list of pairs (\`- [name, value]\`), and ${describe(at)} is neither.`,
    );
  };
  const add = (name: string, nameRange: Range, value: Tree | undefined, at: Tree) => {
    if (!isText(value)) return wrong(value ?? at);
    const badName = reportVariableProblems(name, nameRange, reading);
    if (reportVariableProblems(value.text, value.range, reading) || badName) broken = true;
    else pairs.push([name, value.text]);
  };
  if (tree.kind === 'map') {
    broken ||= tree.damaged;
    for (const entry of tree.entries) add(entry.key, entry.keyRange, entry.value, tree);
  } else if (tree.kind === 'list') {
    for (const item of tree.items) {
      const [first, second, third] = item.kind === 'list' ? item.items : [];
      const [only, another] = item.kind === 'map' ? item.entries : [];
      if (item.kind === 'list' && isText(first) && third === undefined)
        add(first.text, first.range, second, item);
      else if (item.kind === 'map' && !item.damaged && only !== undefined && another === undefined) {
        add(only.key, only.keyRange, only.value, item);
      } else wrong(item);
    }
  } else wrong(tree);
  return broken ? undefined : pairs;
}

/** Compact JSON of a value, numbers as they are written; undefined when it has none, which is then reported. */
export function toJson(tree: Tree, key: string, reading: Reading): string | undefined {
  let length = 0;
  let failed = false;
  const fail = (code: 'invalid-json' | 'value-missing', at: Tree, message: string): string => {
    if (!failed && at.kind !== 'invalid') reading.problems.add(code, at.range, message);
    failed = true;
    return '';
  };
  const write = (node: Tree): string => {
    if (failed) return '';
    if (length > MAX_JSON_LENGTH) {
      return fail(
        'invalid-json',
        tree,
        `\`${key}\` is longer than ${MAX_JSON_LENGTH} characters. Use \`payloadFile\`.`,
      );
    }
    switch (node.kind) {
      case 'map':
        if (node.damaged) return fail('invalid-json', { ...node, kind: 'invalid' }, '');
        return `{${node.entries.map(({ key: name, value }) => `${text(JSON.stringify(name))}:${write(value)}`).join(',')}}`;
      case 'list':
        return `[${node.items.map(write).join(',')}]`;
      case 'scalar':
        return text(writeScalar(node));
      case 'nothing':
        return fail('value-missing', node, `A value is missing in \`${key}\`. Write it, or \`null\`.`);
      case 'invalid':
        return fail('invalid-json', node, '');
    }
  };
  const text = (written: string): string => {
    length += written.length + 1;
    return written;
  };
  const writeScalar = (node: ScalarTree): string => {
    if (typeof node.value === 'string') {
      if (reportVariableProblems(node.text, node.range, reading)) failed = true;
      return JSON.stringify(node.value);
    }
    if (typeof node.value !== 'number') return String(node.value);
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(node.text)) return node.text;
    if (Number.isFinite(node.value)) return String(node.value);
    return fail('invalid-json', node, `JSON has no number \`${node.text}\`. Write it as a text, in quotes.`);
  };
  const json = write(tree);
  return failed ? undefined : json;
}
