/** Tokens for what the grammar cannot tell by itself: what a text means depends on the key that it stands behind. */
import {
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensLegend,
} from 'vscode-languageserver/node';
import type { KeyRow } from '../../profile/schema-types.ts';
import type { ScalarTree } from '../../profile/tree.ts';
import { visitTree } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';
import { variablePlaces } from '../variable-places.ts';

const TYPES = ['variable', 'operator', 'number', 'enumMember', 'class', 'keyword'] as const;
type TokenType = (typeof TYPES)[number];
const MODIFIERS = ['declaration'] as const;

export const semanticTokensLegend: SemanticTokensLegend = {
  tokenTypes: [...TYPES],
  tokenModifiers: [...MODIFIERS],
};

interface Token {
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
  readonly declaration?: true;
}

/** The tokens of the whole file, or of the part from `from` up to `to`. */
export function semanticTokens(
  file: ProfileDocument,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): SemanticTokens {
  const tokens: Token[] = [];
  for (const { range, role } of file.nameUses) {
    const { start, end } = range;
    tokens.push({ start, end, type: 'class', ...(role === 'definition' ? { declaration: true } : {}) });
  }
  const { text } = file;
  visitTree(file.tree, (value, shape) => {
    if (value.kind !== 'scalar' || value.range.end < from || value.range.start > to) return;
    const variables = variablePlaces(text, value);
    for (const { range } of variables) tokens.push({ start: range.start, end: range.end, type: 'variable' });
    if (shape.kind !== 'value') return;
    const inVariable = (offset: number) =>
      variables.some(({ range }) => range.start <= offset && offset < range.end);
    for (const token of tokensOfValue(text, value, shape.row)) {
      if (!inVariable(token.start)) tokens.push(token);
    }
  });
  return encode(file, tokens, from, to);
}

function* tokensOfValue(text: string, value: ScalarTree, row: KeyRow): Iterable<Token> {
  const written = text.slice(value.range.start, value.range.end);
  const quoted = /^["']/.test(written);
  // What escapes, folds or spans lines is not where its characters are.
  if (written !== (quoted ? `${written.charAt(0)}${value.text}${written.charAt(0)}` : value.text)) return;
  const start = value.range.start + (quoted ? 1 : 0);
  const { type } = row;
  if (type.kind === 'duration') {
    const word = value.text === 'never';
    if (word || /^\d+(\.\d+)?(ms|s|m|h|d)?$/.test(value.text)) {
      yield { start, end: start + value.text.length, type: word ? 'enumMember' : 'number' };
    }
  } else if (type.kind === 'choice' || type.kind === 'list') {
    if (type.choices?.some(({ word }) => word === value.text)) {
      yield { start, end: start + value.text.length, type: 'enumMember' };
    }
  } else if (isTopic(row)) {
    yield* topicTokens(value.text, start);
  }
}

function isTopic(row: KeyRow): boolean {
  return (
    (row.type.kind === 'text' && row.type.role === 'topic') || (row.in === 'deny' && row.key === 'publish')
  );
}

function* topicTokens(topic: string, start: number): Iterable<Token> {
  const prefix = /^\$(?:share|SYS)(?=\/)/.exec(topic)?.[0] ?? '';
  if (prefix !== '') yield { start, end: start + prefix.length, type: 'keyword' };
  for (const { index } of topic.matchAll(/[/+#]/g))
    yield { start: start + index, end: start + index + 1, type: 'operator' };
}

function encode(file: ProfileDocument, tokens: readonly Token[], from: number, to: number): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  let last = -1;
  for (const { start, end, type, declaration } of tokens.toSorted((a, b) => a.start - b.start)) {
    if (start < last || end <= start || end < from || start > to) continue;
    const at = file.document.positionAt(start);
    // A token stands on one line.
    if (file.document.positionAt(end).line !== at.line) continue;
    last = end;
    builder.push(at.line, at.character, end - start, TYPES.indexOf(type), declaration ? 1 : 0);
  }
  // Without the identifier of a result: no differences are told to an earlier one.
  return { data: builder.build().data };
}
