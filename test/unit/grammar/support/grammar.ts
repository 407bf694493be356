/** Runs our grammar over texts, on top of the YAML and JSON grammars that are handed over. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { INITIAL } from 'vscode-textmate';
import { createRegistry } from 'vscode-tmgrammar-test/dist/common/index.js';
import { projectFolder } from '../../../e2e/support/folders.ts';

const here = join(projectFolder, 'test/unit/grammar');

export const grammarFile = join(projectFolder, 'syntaxes/mqtt-profile.tmLanguage.json');

/** Stand-ins for VS Code's own, so that the tests need no VS Code. */
export const baseGrammars: readonly string[] = ['yaml', 'json'].map((name) =>
  join(here, 'base', `${name}.tmLanguage.json`),
);

export function cases(): readonly string[] {
  return readdirSync(join(here, 'cases'));
}

const runner = createRequire(import.meta.url).resolve('vscode-tmgrammar-test/dist/unit.js');

/** What `vscode-tmgrammar-test` has against one of the cases; empty when nothing. */
export async function problemsOfCase(name: string, base: readonly string[]): Promise<string> {
  const grammars = [grammarFile, ...base].flatMap((path) => ['-g', path]);
  try {
    await promisify(execFile)(process.execPath, [runner, ...grammars, join('cases', name)], { cwd: here });
    return '';
  } catch (thrown) {
    const { stdout = '', message = '' } = thrown as { stdout?: string; message?: string };
    return stdout === '' ? message : stdout;
  }
}

export interface ScopedToken {
  readonly start: number;
  readonly end: number;
  /** Divided by spaces, and one at the end. */
  readonly scopes: string;
}

/** The tokens of each line. */
export async function scopesOf(
  text: string,
  base: readonly string[],
): Promise<readonly (readonly ScopedToken[])[]> {
  const configurations = [grammarFile, ...base].map((path) => ({
    path,
    scopeName: (JSON.parse(readFileSync(path, 'utf8')) as { readonly scopeName: string }).scopeName,
    injectTo: [],
  }));
  const grammar = await createRegistry(configurations).loadGrammar('source.mqtt-profile');
  if (grammar === null) throw new Error('The grammar cannot be loaded');
  let stack = INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      start: startIndex,
      end: endIndex,
      scopes: `${scopes.join(' ')} `,
    }));
  });
}
