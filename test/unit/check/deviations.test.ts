import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../src/check/report.ts';
import { deviationRows } from '../../../src/profile/keys/deviation-rows.ts';
import { checked, inMemory } from './harness.ts';

const golden = join(import.meta.dirname, '../../fixtures/check-deviations.txt');

const found = ({ probes }: CheckReport): string[] =>
  probes
    .filter(({ verdict }) => verdict.kind !== 'conforms')
    .map(({ id, observed, verdict }) => {
      const how = verdict.kind === 'deviates' ? verdict.level : verdict.kind;
      return `  ${id}: ${observed} (${how})`;
    });

describe('the check of the sandbox', () => {
  it('says that it conforms everywhere', async () => {
    expect(found(await checked(inMemory()))).toEqual([]);
  });
});

describe('every deviation that is switched on', () => {
  let text = '';
  const byName = new Map<string, string[]>();
  beforeAll(async () => {
    for (const { name } of deviationRows) {
      byName.set(name, found(await checked(inMemory({ deviations: [name] }))));
    }
    text = deviationRows
      .map(({ name, help }) => [`${name}: ${help}`, ...(byName.get(name) ?? []), ''].join('\n'))
      .join('\n');
  }, 60_000);

  it('is found by the probes that should', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it.each(deviationRows)('$name is found', ({ name }) => {
    expect(byName.get(name)).not.toEqual([]);
  });
});
