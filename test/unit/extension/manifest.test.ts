import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { profileLanguageId } from '../../../src/server/messages.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly contributes: {
    readonly languages: readonly { readonly id: string; readonly extensions: readonly string[] }[];
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly MenuItem[];
    readonly viewsWelcome: readonly { readonly contents: string }[];
  };
}

const text = readFileSync(join(root, 'package.json'), 'utf8');
const { contributes } = JSON.parse(text) as Manifest;
const words = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const ids = new Set(contributes.commands.map(({ command }) => command));

describe('package.json', () => {
  test('names only files that are there', () => {
    const paths = [...text.matchAll(/"(?:\.\/)?((?:media|syntaxes|l10n)\/[^"]+)"/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !existsSync(join(root, path ?? '')))).toEqual([]);
  });

  test('puts only its own commands into menus, key bindings and welcome views', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      ({ command }) => command,
    );
    const linked = Object.values(words).flatMap((word) =>
      [...word.matchAll(/\(command:(mqttSession\.[\w.]+)\)/g)].map(([, id]) => id ?? ''),
    );
    expect([...used, ...linked].filter((id) => !ids.has(id))).toEqual([]);
  });

  test('has no condition that VS Code would not read', () => {
    const conditions = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].flatMap(
      ({ when }) => when ?? [],
    );
    expect(conditions.filter((when) => /!~|[^=!<>]=[^=~]/.test(when))).toEqual([]);
  });

  test('calls the language of profile files what the server calls it', () => {
    expect(contributes.languages.map(({ id }) => id)).toEqual([profileLanguageId]);
  });

  test('gives every command the category MQTT', () => {
    expect(contributes.commands.filter(({ category }) => category !== 'MQTT')).toEqual([]);
  });
});
