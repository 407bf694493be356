import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { whatIfSettingsOf } from '../../../src/profile/what-if-settings.ts';
import { whatIf } from '../../../src/session/what-if.ts';
import { tableText } from './support/table-text.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
const goldens = fileURLToPath(new URL('golden', import.meta.url));

const profiles = readdirSync(samples)
  .filter((name) => name.endsWith('.mqtt.yaml'))
  .flatMap((name) => {
    const file = parseProfileFile(readFileSync(join(samples, name), 'utf8'), name);
    return file.profiles.map((profile) => ({ name, file, profile }));
  });

describe('the table of each profile of the samples', () => {
  test('there are some', () => {
    expect(profiles.length).toBeGreaterThan(5);
  });

  test.each(profiles)('$name $profile.name', async ({ name, file, profile }) => {
    const text = tableText(whatIf(whatIfSettingsOf(profile, file.sandbox)));
    await expect(text).toMatchFileSnapshot(
      join(goldens, `${name.replace('.mqtt.yaml', '')}-${profile.name}.txt`),
    );
  });
});
