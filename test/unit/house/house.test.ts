import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAll, importsOf, refusal } from '../../../scripts/check-imports.mjs';
import { rooms } from '../../../scripts/rooms.mjs';
import { projectFolder } from '../../e2e/support/folders.ts';

interface Room {
  readonly may: readonly string[];
  readonly node?: boolean;
  readonly dom?: boolean;
  readonly vscode?: boolean;
}
const table: ReadonlyMap<string, Room> = new Map(Object.entries(rooms));

const read = (...path: string[]) => readFileSync(join(projectFolder, ...path), 'utf8');

describe('the house', () => {
  test('has a room for each folder in src, and no other', () => {
    expect(readdirSync(join(projectFolder, 'src')).sort()).toEqual([...table.keys()].sort());
  });

  test.each([...table.keys()])('%s: its tsconfig shows it no more than the table allows', (name) => {
    const room = table.get(name);
    const config = JSON.parse(read('src', name, 'tsconfig.json'));
    const types = [...(room?.node ? ['node'] : []), ...(room?.vscode ? ['vscode'] : [])];
    expect(config.compilerOptions.types ?? []).toEqual(types);
    const lib: string[] = config.compilerOptions.lib ?? ['ES2023'];
    expect(lib.includes('DOM')).toBe(room?.dom === true);
    const seen: string[] = config.references.map((each: { path: string }) => each.path.slice('../'.length));
    // Types of the trace pass through the messages of engine and webview into the host.
    const allowed = name === 'extension' ? [...(room?.may ?? []), 'trace'] : (room?.may ?? []);
    expect(seen.sort()).toEqual([...allowed].sort());
  });

  test('keeps every import to the table', () => {
    expect(checkAll()).toEqual([]);
  });

  test.each([
    ['mqtt/reader.ts', 'node:fs', "mqtt may not import Node's modules"],
    ['mqtt/reader.ts', '../trace/trace.ts', 'mqtt may not import trace'],
    ['session/rules.ts', 'vscode', 'session may not import the package vscode'],
    ['extension/panel.ts', '../engine/engine.ts', 'extension may see only messages.ts of engine'],
    ['webview/main.ts', '../session/rules.ts', 'webview may import only types from session'],
    ['net/tap.ts', '../session/rules.ts', 'net may not import session'],
  ])('refuses in %s the import of %s', (file, specifier, reason) => {
    expect(refusal(file, { specifier, typeOnly: false })).toBe(reason);
  });

  test('finds imports in every form', () => {
    const text = `import a from 'one';\nimport type { b } from "two";\nexport * from './three.ts';\nimport 'four';\nconst e = import('five');\nimport {\n  f,\n} from 'six';`;
    expect(importsOf(text).map((each) => each.specifier)).toEqual([
      'one',
      'two',
      './three.ts',
      'four',
      'five',
      'six',
    ]);
  });

  test('is described in ARCHITECTURE.md as it is in the table', () => {
    const described = /<!-- rooms -->\n([\s\S]*?)\n<!-- \/rooms -->/.exec(read('ARCHITECTURE.md'))?.[1];
    const rows = [...table].map(([name, room]) => {
      const sees = [room.node ? 'Node' : '', room.dom ? 'DOM' : '', room.vscode ? 'vscode' : ''].filter(
        Boolean,
      );
      return `| ${name} | ${room.may.join(', ') || 'nothing of ours'} | ${sees.join(', ') || 'nothing'} |`;
    });
    expect(described).toBe(['| room | may import | sees |', '| --- | --- | --- |', ...rows].join('\n'));
  });

  test('names only files that exist in its list of what is packaged', () => {
    const listed = read('.vscodeignore')
      .split('\n')
      .filter((line) => line.startsWith('!') && !line.includes('*') && !line.startsWith('!dist/'))
      .map((line) => line.slice(1));
    expect(listed.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
  });
});
