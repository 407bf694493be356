import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCHEME_PORTS } from '../../../src/profile/broker-address.ts';
import { KEYS } from '../../../src/profile/schema.ts';
import { VARIABLES } from '../../../src/profile/variables.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../syntaxes/${name}`, import.meta.url), 'utf8'));

/** A string somewhere in a JSON value; empty when there is none. */
function at(value: unknown, ...path: string[]): string {
  let found = value;
  for (const key of path) {
    found =
      typeof found === 'object' && found !== null
        ? Object.entries(found).find(([name]) => name === key)?.[1]
        : undefined;
  }
  return typeof found === 'string' ? found : '';
}

describe('the grammar', () => {
  const grammar = read('mqtt-profile.tmLanguage.json');
  const source = JSON.stringify(grammar);

  it('knows every word that the table of keys has, and no other', () => {
    const words = KEYS.flatMap(({ type }) => {
      if (type.kind === 'choice') return type.choices.map(({ word }) => word);
      if (type.kind === 'object' && type.orWord !== undefined) return [type.orWord];
      return type.kind === 'duration' && type.never !== undefined ? ['never'] : [];
    });
    const [, listed = ''] = /\(\?:([\w|-]+)\)/.exec(at(grammar, 'repository', 'word', 'match')) ?? [];
    const wanted = [...words.filter((word) => /^[a-z]/.test(word)), 'sandbox'];
    expect(new Set(listed.split('|'))).toEqual(new Set(wanted));
  });

  it('knows every kind of variable', () => {
    const [, withName = '', withoutName = ''] =
      /\(\?:\(([\w|]+)\)\(:\)\(\[\^\{\}\]\*\)\|\(([\w|]+)\)\)/.exec(source) ?? [];
    expect(withName.split('|').toSorted()).toEqual(
      VARIABLES.filter(({ argument }) => argument !== undefined)
        .map(({ kind }) => kind)
        .toSorted(),
    );
    expect(withoutName.split('|').toSorted()).toEqual(
      VARIABLES.filter(({ argument }) => argument === undefined)
        .map(({ kind }) => kind)
        .toSorted(),
    );
  });

  it('knows every scheme', () => {
    const scheme = new RegExp(at(grammar, 'repository', 'scheme', 'match'));
    for (const name of Object.keys(SCHEME_PORTS)) {
      expect(scheme.exec(`broker: ${name}://host`)?.[0]).toBe(name);
    }
  });

  it('takes durations only where they are the whole value', () => {
    const duration = new RegExp(at(grammar, 'repository', 'duration', 'match'));
    expect(['keepAlive: 30s', '{ a: 500ms }', 'a: 1.5h # so'].every((line) => duration.test(line))).toBe(
      true,
    );
    expect(['payload: lost after 5s', 'a: 5sec', 'a: b5s'].some((line) => duration.test(line))).toBe(false);
  });
});

describe('the language configuration', () => {
  const configuration = read('language-configuration.json');
  const word = new RegExp(at(configuration, 'wordPattern'), 'g');

  it.each([
    ['topicFilter: user/status/+', ['topicFilter', 'user/status/+']],
    ['- { topicFilter: a/+/b/#, qos: 1 }', ['-', 'topicFilter', 'a/+/b/#', 'qos', '1']],
    ['broker: mqtt://localhost:1883 # here', ['broker', 'mqtt://localhost:1883', 'here']],
    ['willDelayInterval: 5s', ['willDelayInterval', '5s']],
  ])('takes the topics and addresses of `%s` whole', (line, words) => {
    expect(line.match(word)).toEqual(words);
  });

  it('indents below a key that has no value yet, and only there', () => {
    const increase = new RegExp(at(configuration, 'indentationRules', 'increaseIndentPattern'));
    expect(
      ['will:', '  - topicFilter:', 'a: # note', 'a: |', 'x: {'].every((line) => increase.test(line)),
    ).toBe(true);
    expect(['a: b', '# a:', '', 'broker: mqtt://a'].some((line) => increase.test(line))).toBe(false);
  });
});
