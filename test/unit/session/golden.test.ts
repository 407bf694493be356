import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { goldenText } from './support/golden.ts';
import { stories } from './support/stories.ts';

const folder = new URL('../../fixtures/golden/', import.meta.url);

/** Set to 1 to write the texts anew; then read them, line by line, before committing them. */
const update = process.env['UPDATE_GOLDEN'] === '1';

describe('golden texts', () => {
  if (update) mkdirSync(folder, { recursive: true });

  test.each(Object.entries(stories))('%s', (name, play) => {
    const story = play();
    story.settle(60_000);
    const text = goldenText(name, story);
    const file = new URL(`${name}.txt`, folder);
    if (update) writeFileSync(file, text);
    expect(existsSync(file), 'run once with UPDATE_GOLDEN=1, and read the text').toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('has a story for every text', () => {
    const names = readdirSync(folder).map((name) => name.replace(/\.txt$/, ''));
    expect(names.sort()).toEqual(Object.keys(stories).sort());
  });
});
