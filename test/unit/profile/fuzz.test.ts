import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileFile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { pieces, soup } from './support/pieces.ts';

const folder = new URL('../../../samples/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => /\.mqtt\.(ya?ml|json)$/.test(name))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** What must hold whatever the text. */
function soundly(text: string): ProfileFile {
  const file = parseProfileFile(text, 'fuzz.mqtt.yaml');
  for (const { range, message, code } of file.diagnostics) {
    expect(range.start, code).toBeGreaterThanOrEqual(0);
    expect(range.end, code).toBeGreaterThanOrEqual(range.start);
    expect(range.end, code).toBeLessThanOrEqual(text.length);
    expect(message, code).not.toMatch(/undefined|\[object/);
  }
  for (const { range, name } of file.names) {
    expect(text.length, name).toBeGreaterThanOrEqual(range.end);
  }
  const named = file.names.filter(({ usable }) => usable).map(({ name }) => name);
  expect(file.profiles.map(({ name }) => name)).toEqual(named);
  return file;
}

const inProfile = soup.map((text) => `profiles:\n  a:\n    broker: sandbox\n  p:\n    ${text}\n`);

describe('any text', () => {
  it('is read without an exception, with every range inside of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), soup, inProfile), (text) => {
        soundly(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('with an error in a profile leaves nothing of that profile to use', () => {
    const line = soup.map(
      (text) => `profiles:\n  p:\n    broker: sandbox\n    ${text.replaceAll(/[\n\r]/g, '')}\n`,
    );
    fc.assert(
      fc.property(line, (text) => {
        const { diagnostics, profiles } = soundly(text);
        const wrong = diagnostics.some(({ severity }) => severity === 'error');
        expect(profiles.map(({ name }) => name)).toEqual(wrong ? [] : ['p']);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read the same each time', () => {
    fc.assert(
      fc.property(inProfile, (text) => {
        expect(parseProfileFile(text, 'x')).toEqual(parseProfileFile(text, 'x'));
      }),
    );
  });

  it.each(samples.map((sample) => [sample.split('\n', 1)[0], sample] as const))(
    'that is a sample cut off anywhere is read: %s',
    (_, sample) => {
      for (let length = 0; length <= sample.length; length += 1) soundly(sample.slice(0, length));
    },
  );

  it('that is a sample with pieces put in and taken out is read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), fc.nat(12), pieces), { minLength: 1, maxLength: 4 }),
        (sample, edits) => {
          let text = sample;
          for (const [at, removed, piece] of edits) {
            const start = at % (text.length + 1);
            text = text.slice(0, start) + piece + text.slice(start + removed);
          }
          soundly(text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
