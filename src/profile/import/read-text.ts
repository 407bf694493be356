/** Reads the text of a file that another program has written: JSON, JSON with comments, or YAML. Bounded in size and depth. */
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** In UTF-16 units. An export with recorded messages may be large; YAML costs far more to read. */
export const textMax = 16_000_000;
const yamlMax = 60_000;
const depthMax = 20;

export type ReadText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

export function readText(text: string): ReadText {
  const start = text.trimStart().charAt(0);
  if (start === '{' || start === '[') {
    try {
      return { ok: true, value: JSON.parse(text) };
    } catch {
      try {
        return { ok: true, value: JSON.parse(withoutComments(text)) };
      } catch (thrown) {
        return { ok: false, problem: `it is not JSON: ${oneProblem(thrown)}` };
      }
    }
  }
  if (text.length > yamlMax)
    return { ok: false, problem: `YAML of more than ${yamlMax} characters is not read` };
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return { ok: true, value: plainValue(document.contents, 0) };
  } catch (thrown) {
    return { ok: false, problem: `it is neither JSON nor YAML: ${oneProblem(thrown)}` };
  }
}

/** Not the library's own conversion: the cost of that is not bounded where keys are maps. */
function plainValue(node: unknown, depth: number): unknown {
  if (depth > depthMax) throw new Error(`more than ${depthMax} levels of nesting`);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plainValue(item, depth + 1));
  if (!isMap(node)) {
    if (node === null || node === undefined) return node;
    throw new Error('aliases are not read');
  }
  return Object.fromEntries(
    node.items.map(({ key, value }) => {
      if (!isScalar(key)) throw new Error('a key is a list or a map');
      return [String(key.value), plainValue(value, depth + 1)];
    }),
  );
}

function oneProblem(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // Some engines quote what they could not read, and that may be a password.
  return (message.split('\n')[0] ?? '').replace(/["'`].*["'`]/s, 'the text').slice(0, 200);
}

/** JSON as VS Code writes its settings: without comments and without commas before a closing bracket. One pass over the text. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let comma = -1;
  let at = 0;
  while (at < text.length) {
    const end = tokenEnd(text, at);
    const token = text.slice(at, end);
    at = end;
    if (token.startsWith('//') || token.startsWith('/*') || /^\s+$/.test(token)) continue;
    if ((token === '}' || token === ']') && comma === kept.length - 1) kept.pop();
    if (token === ',') comma = kept.length;
    kept.push(token);
  }
  return kept.join('');
}

const spaces = /\s+/y;
const plain = /[^\s"/,}\]]+/y;
const quoted = /"(?:[^"\\\n]|\\.)*"?/y;
const lineComment = /\/\/[^\n]*/y;

/** Where the string, comment, space or run of other characters ends that begins there. */
function tokenEnd(text: string, at: number): number {
  if (text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2);
    return close === -1 ? text.length : close + 2;
  }
  for (const pattern of [spaces, plain, quoted, lineComment]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return at + 1;
}
