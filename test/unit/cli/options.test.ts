import { describe, expect, test } from 'vitest';
import { limitOptions, optionRows, readCommandLine } from '../../../src/cli/sandbox-options.ts';
import { readWish } from '../../../src/cli/sandbox-wish.ts';
import { sandboxUsage } from '../../../src/cli/usage.ts';
import { sandboxLimitRows } from '../../../src/profile/keys/sandbox-keys.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { resolveServerSettings, settingName } from '../../../src/profile/sandbox-limits.ts';
import type { KeyRow } from '../../../src/profile/schema-types.ts';

/** A value that a row takes and that is not its default, as it is written. */
function sample({ type, default: standard }: KeyRow): string {
  switch (type.kind) {
    case 'boolean':
      return standard === true ? 'false' : 'true';
    case 'choice':
      return type.choices.find(({ word }) => word !== String(standard))?.word ?? '';
    case 'duration':
      return `${type.min + 7}${type.unit}`;
    case 'integer':
      return String(type.min + 7);
    default:
      return 'text';
  }
}

describe('the settings of a sandbox', () => {
  test.each(sandboxLimitRows.map((row) => [row.key, row] as const))(
    '%s says the same in a profile file and on the command line',
    (key, row) => {
      const written = sample(row);
      const [option = ''] = [...limitOptions].find(([, each]) => each.key === key) ?? [];
      const { sandbox, diagnostics } = parseProfileFile(
        `sandbox:\n  ${key}: ${written}\nprofiles:\n  a: { broker: sandbox }\n`,
        '',
      );
      expect(diagnostics).toEqual([]);
      const { settings } = readWish(readCommandLine([option, written]));
      const { deny: _deny, users: _users, ...fromFile } = sandbox;
      expect(settings).toEqual(fromFile);
      expect(Object.keys(settings)).toEqual([settingName(row)]);
      expect(resolveServerSettings(settings)).not.toEqual(resolveServerSettings({}));
      expect(resolveServerSettings(settings)).toMatchObject(settings);
    },
  );

  test('have a value each where nothing is given, but for those that then do nothing', () => {
    const names = sandboxLimitRows.filter((row) => !('default' in row)).map(settingName);
    expect(names).toEqual(['serverKeepAlive', 'responseInformation']);
    const known = Object.keys(resolveServerSettings({}));
    expect(new Set([...known, ...names])).toEqual(new Set(sandboxLimitRows.map(settingName)));
  });
});

describe('the command line', () => {
  test('reads both ways to write a value, and the last of two', () => {
    expect([...readCommandLine(['--port=1', '--port', '2', '-v'])]).toEqual([
      ['--port', '2'],
      ['--verbose', ''],
    ]);
  });

  test('listens on 1883 only when no port is given', () => {
    const listenersOf = (...args: string[]) => readWish(readCommandLine(args)).listeners;
    expect(listenersOf()).toEqual([{ scheme: 'mqtt', port: 1883 }]);
    expect(listenersOf('--ws-port', '0')).toEqual([{ scheme: 'ws', port: 0 }]);
  });

  test('takes deviations one by one or together, in place of those of the file', () => {
    const settingsOf = (...args: string[]) => readWish(readCommandLine(args)).settings;
    expect(settingsOf()).toEqual({});
    expect(settingsOf('--deviation', 'willsInLine', '--deviation=noWillAt0x04,willDelayLeaked')).toEqual({
      deviations: ['willsInLine', 'noWillAt0x04', 'willDelayLeaked'],
    });
    expect(() => settingsOf('--deviation', 'willInLine')).toThrow('Did you mean `willsInLine`?');
    expect(() => settingsOf('--deviation', 'everything')).toThrow('`--help` names them all.');
  });

  test('helps with every option, in lines that fit', () => {
    const help = sandboxUsage();
    for (const { option } of optionRows) expect(help).toContain(`\n  ${option}`);
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
