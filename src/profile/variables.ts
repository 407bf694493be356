/**
 * Variables: `${env:NAME}`, `${secret:NAME}`, `${workspaceFolder}`, `${clientId}`, `${username}`, `${random:8}`,
 * `${input:question}`. `$${` stands for a literal `${`. Reading them is pure; resolve.ts replaces them.
 */
import { nearest } from './nearest.ts';

export interface VariableRow {
  readonly kind: 'env' | 'secret' | 'workspaceFolder' | 'clientId' | 'username' | 'random' | 'input';
  /** What stands after the colon, in a word; absent where there is no colon. */
  readonly argument?: string;
  readonly help: string;
}

/** Every kind of variable. */
export const VARIABLES: readonly VariableRow[] = [
  { kind: 'env', argument: 'NAME', help: 'The environment variable of that name.' },
  { kind: 'secret', argument: 'NAME', help: 'Asked for once, then kept in secret storage under that name.' },
  { kind: 'workspaceFolder', help: 'The folder of the workspace that holds the profile file.' },
  { kind: 'clientId', help: 'The Client Identifier of the profile.' },
  { kind: 'username', help: 'The user name of the profile.' },
  {
    kind: 'random',
    argument: 'LENGTH',
    help: 'That many random letters and digits, new each time; 1 to 64.',
  },
  { kind: 'input', argument: 'question', help: 'Asked for each time when connecting.' },
];

export type VariableKind = VariableRow['kind'];

export interface Variable {
  readonly kind: VariableKind;
  /** What stands after the colon; empty where there is no colon. */
  readonly name: string;
  /** As written, `${` and `}` included. */
  readonly source: string;
}

export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | {
      readonly kind: 'problem';
      readonly code: 'variable-malformed' | 'variable-unknown';
      readonly source: string;
      readonly message: string;
    };

/** One place: an escaped `$${`, a whole variable, or a `${` that nothing closes. */
const PLACE = /\$\$\{|\$\{([^{}\n]*)\}|\$\{/g;

/** The longest `${random:n}`. */
export const RANDOM_MAX = 64;

/** Takes a text apart into what stands as it is and what is to be replaced. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  if (!text.includes('${')) return text === '' ? [] : [{ kind: 'literal', text }];
  const parts: TemplatePart[] = [];
  let from = 0;
  for (const match of text.matchAll(PLACE)) {
    if (match.index > from) parts.push({ kind: 'literal', text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    parts.push(readPlace(match[0], match[1]));
  }
  if (from < text.length) parts.push({ kind: 'literal', text: text.slice(from) });
  return parts;
}

function readPlace(source: string, inside: string | undefined): TemplatePart {
  if (source === '$${') return { kind: 'literal', text: '${' };
  if (inside === undefined) {
    return {
      kind: 'problem',
      code: 'variable-malformed',
      source,
      message: `This \`\${\` is not closed. Add the \`}\`, or write \`$\${\` for a literal \`\${\`.`,
    };
  }
  const colon = inside.indexOf(':');
  const word = colon === -1 ? inside : inside.slice(0, colon);
  const name = colon === -1 ? '' : inside.slice(colon + 1);
  const row = VARIABLES.find((candidate) => candidate.kind === word);
  if (row === undefined) {
    const near = nearest(
      word,
      VARIABLES.map((candidate) => candidate.kind),
    );
    return {
      kind: 'problem',
      code: 'variable-unknown',
      source,
      message:
        `There is no variable \`${word}\`. ` +
        (near === undefined
          ? `There are: ${VARIABLES.map(spell).join(', ')}. For a literal \`\${\` write \`$\${\`.`
          : `Did you mean \`${near}\`?`),
    };
  }
  const wrong = argumentProblem(row, colon !== -1, name);
  if (wrong !== undefined) return { kind: 'problem', code: 'variable-malformed', source, message: wrong };
  return { kind: 'variable', variable: { kind: row.kind, name, source } };
}

function argumentProblem(row: VariableRow, hasColon: boolean, name: string): string | undefined {
  if (row.argument === undefined) {
    return hasColon ? `\`${row.kind}\` takes nothing after it. Write \`${spell(row)}\`.` : undefined;
  }
  if (name.trim() === '') return `\`${row.kind}\` needs a name. Write \`${spell(row)}\`.`;
  if (row.kind === 'random' && !(/^\d{1,2}$/.test(name) && Number(name) >= 1 && Number(name) <= RANDOM_MAX)) {
    return `\`random\` needs a length from 1 to ${RANDOM_MAX}. Write for example \`\${random:8}\`.`;
  }
  return undefined;
}

/** A kind of variable as one writes it, for example `${env:NAME}`. */
export function spell(row: VariableRow): string {
  return row.argument === undefined ? `\${${row.kind}}` : `\${${row.kind}:${row.argument}}`;
}

/** The variables in a text, in order. */
export function variablesIn(text: string): readonly Variable[] {
  return parseTemplate(text).flatMap((part) => (part.kind === 'variable' ? [part.variable] : []));
}

/** Replaces every variable; what is no variable stays as written, `$${` becomes `${`. */
export function replaceVariables(text: string, replace: (variable: Variable) => string): string {
  return parseTemplate(text)
    .map((part) => {
      if (part.kind === 'literal') return part.text;
      return part.kind === 'variable' ? replace(part.variable) : part.source;
    })
    .join('');
}

const RANDOM_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The value of `${random:length}`. `random` yields numbers from 0 up to and without 1. */
export function randomText(length: number, random: () => number): string {
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += RANDOM_LETTERS.charAt(Math.floor(random() * RANDOM_LETTERS.length));
  }
  return text;
}
