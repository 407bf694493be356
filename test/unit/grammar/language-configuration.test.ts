import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../e2e/support/folders.ts';

interface Configuration {
  readonly wordPattern: string;
  readonly autoClosingPairs: readonly { readonly open: string; readonly close: string }[];
  readonly onEnterRules: readonly {
    readonly beforeText: string;
    readonly afterText: string;
    readonly action: { readonly indent: string; readonly appendText?: string };
  }[];
}

const path = join(projectFolder, 'syntaxes/language-configuration.json');
const { wordPattern, autoClosingPairs, onEnterRules }: Configuration = JSON.parse(readFileSync(path, 'utf8'));

/** What Enter does at the bar, by the first rule that fits, as VS Code takes it. */
function enterAt(text: string): string {
  const [before = '', after = ''] = text.split('¦');
  const rule = onEnterRules.find(
    (each) => new RegExp(each.beforeText).test(before) && new RegExp(each.afterText).test(after),
  );
  return rule === undefined ? 'nothing' : `${rule.action.indent} ${rule.action.appendText ?? ''}`;
}

describe('Enter', () => {
  test.each([
    ['      - { topicFilter: a/+, qos: 1 }¦', 'none - '],
    ['      - { topicFilter: a/+, qos: 1 } # note¦', 'none - '],
    ['  - mqtt¦', 'none - '],
    ["  - 'x: y'¦", 'none - '],
    ['      - topicFilter: a/+¦', 'none   '],
    ['      - connect: subscriber¦', 'none   '],
    ['      -¦', 'outdent '],
    ['  # a sentence ¦and more of it', 'none # '],
    ['  # a sentence¦', 'nothing'],
    ['      - topicFilter:¦', 'nothing'],
    ['      - payload: |¦', 'nothing'],
    ['    will: { topic: a }¦', 'nothing'],
    ['profiles:¦', 'nothing'],
    ['-¦', 'nothing'],
  ])('at the bar of `%s` does: %s', (text, wanted) => {
    expect(enterAt(text)).toBe(wanted);
  });

  test('costs no more than the length of its line', () => {
    for (const line of [`- ${'a: '.repeat(20_000)}¦`, `- ${'{'.repeat(20_000)}¦`, `${' '.repeat(20_000)}-¦x`])
      enterAt(line);
  });
});

test.each([
  [`topic: user/status/\${username}`, ['topic', `user/status/\${username}`]],
  ['topicFilter: $share/group/a/+/#', ['topicFilter', '$share/group/a/+/#']],
  [`password: \${secret:demo} # kept`, ['password', `\${secret:demo}`, 'kept']],
  [`broker: mqtt://\${env:HOST}:1883`, ['broker', `mqtt://\${env:HOST}:1883`]],
])('the words of `%s` are whole', (line, words) => {
  expect(line.match(new RegExp(wordPattern, 'g'))).toEqual(words);
});

test('what opens a variable closes it', () => {
  expect(autoClosingPairs).toContainEqual(expect.objectContaining({ open: `\${`, close: '}' }));
});
