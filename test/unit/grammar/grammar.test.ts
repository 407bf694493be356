import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEYS } from '../../../src/profile/schema.ts';
import { projectFolder } from '../../e2e/support/folders.ts';
import { baseGrammars, cases, grammarFile, problemsOfCase, scopesOf } from './support/grammar.ts';

describe('the grammar on top of YAML', () => {
  test.each(cases())('%s', async (name) => {
    expect(await problemsOfCase(name, baseGrammars)).toBe('');
  });

  test('knows every key that takes a topic, and no other', () => {
    const { repository } = JSON.parse(readFileSync(grammarFile, 'utf8'));
    const begin: string = repository.topic.begin;
    const known = new Set([...begin.matchAll(/(?<=[=|])(\w+): (?=[|)])/g)].map(([, key]) => key));
    const wanted = KEYS.filter(({ key, type, in: where }) => {
      if (type.kind !== 'text') return false;
      return type.role === 'topic' || ((where === 'deny' || where === 'allow') && /^(pub|sub)/.test(key));
    }).map(({ key }) => key);
    expect(known).toEqual(new Set(wanted));
  });
});

const samples = join(projectFolder, 'samples');

describe('the samples', () => {
  test.each(readdirSync(samples).filter((name) => /\.mqtt\.(ya?ml|json)$/.test(name)))(
    'every topic, duration and variable of %s is told from other text, and nothing in its comments',
    async (name) => {
      const text = readFileSync(join(samples, name), 'utf8');
      const tokens = await scopesOf(text, baseGrammars);
      const scopesAt = (line: number, column: number): string =>
        tokens[line]?.find(({ start, end }) => start <= column && column < end)?.scopes ?? '';
      let looked = 0;
      for (const [line, content] of text.split('\n').entries()) {
        const comment = content.search(/(^|\s)#/);
        const code = comment === -1 ? content : content.slice(0, comment);
        const places = [
          [/(?:topic|topicFilter): ["']?(?=\S)/g, 'meta.topic'],
          [/(?<=: )\d+(?:ms|s|m|h|d)(?=[\s,}]|$)/g, 'constant.numeric.duration'],
          [/\$\{(?=\w)/g, 'punctuation.definition.template-expression'],
        ] as const;
        for (const [pattern, scope] of places) {
          for (const match of code.matchAll(pattern)) {
            const column = scope === 'meta.topic' ? match.index + match[0].length : match.index;
            expect(scopesAt(line, column), `${line + 1}: ${content}`).toContain(scope);
            looked += 1;
          }
        }
        if (comment !== -1)
          expect(scopesAt(line, content.length - 1)).not.toMatch(/(?<!source)\.mqtt-profile /);
      }
      expect(looked).toBeGreaterThan(0);
    },
  );
});
