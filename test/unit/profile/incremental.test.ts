import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBlocks } from '../../../src/profile/blocks.ts';
import { FileReader, type ReadFile } from '../../../src/profile/file-reader.ts';
import type { Range } from '../../../src/profile/model.ts';
import type { Settings, SettingValue } from '../../../src/profile/settings.ts';
import type { Tree } from '../../../src/profile/tree.ts';
import { pieces, soup } from './support/pieces.ts';

const folder = new URL('../../../samples/', import.meta.url);
const many = `# A lab
version: 1
defaults:
  broker: sandbox
  keepAlive: 30s

profiles:
  # the first
  base:
    description: |
      two lines
      base:
    will: { topic: a, payload: "x: y" }

  child:
    extends: base
    clientId: child
    subscriptions:
      - topicFilter: a/#
        qos: 1
      - { topicFilter: b }
  other: { extends: child, clientId: 'it''s' }
  last:
    extends: nobody
scenarios:
  s:
    steps:
      - connect: child
      - cut: child
      - expectWill: { of: child }
sandbox:
  deny: [ { publish: test } ]
`;
const samples = [
  ...readdirSync(folder)
    .filter((name) => /\.mqtt\.(ya?ml|json)$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  many,
];

const plain = ({ start, end }: Range): Range => ({ start, end });

/** Ranges as they are now, whatever makes them. */
function plainTree(tree: Tree | undefined): unknown {
  if (tree === undefined) return undefined;
  const range = plain(tree.range);
  if (tree.kind === 'map') {
    const entries = tree.entries.map((entry) => [entry.key, plain(entry.keyRange), plainTree(entry.value)]);
    return { ...tree, range, entries };
  }
  return tree.kind === 'list' ? { ...tree, range, items: tree.items.map(plainTree) } : { ...tree, range };
}

function plainValue(value: SettingValue): unknown {
  if (value.kind === 'object') return plainSettings(value.settings);
  return value.kind === 'list'
    ? value.items.map((item) => [plain(item.range), plainValue(item.value)])
    : value;
}

function plainSettings({ entries, broken }: Settings): unknown {
  return [
    broken,
    [...entries].map(([key, { keyRange, range, value }]) => [
      key,
      plain(keyRange),
      plain(range),
      plainValue(value),
    ]),
  ];
}

/** Everything that a reading says. */
const everything = ({ tree, profiles, defaults, file, problems, scenarios }: ReadFile) => ({
  tree: plainTree(tree),
  profiles: profiles.map(({ name, keyRange, region, usable, own, settings, profile }) => [
    name,
    plain(keyRange),
    plain(region),
    usable,
    plainSettings(own),
    plainSettings(settings),
    profile,
  ]),
  defaults: plainSettings(defaults),
  file,
  problems,
  scenarios: scenarios.map((scenario) => ({
    ...scenario,
    range: plain(scenario.range),
    steps: scenario.steps.map(({ step, range }) => [step, plain(range)]),
  })),
});

const fromScratch = (text: string) => everything(new FileReader().read(text, 'a.mqtt.yaml'));

/** A place, how much of what stands there goes, and what comes: also lines, whole blocks and their indentation. */
const edit = fc.tuple(
  fc.nat(),
  fc.oneof(fc.constant(0), fc.nat(12), fc.nat(200)),
  fc.oneof(
    pieces,
    fc.constantFrom('', ' {', '}', ' [', ']', '"', "'", ' |', ' >-', ', '),
    fc.constantFrom(
      '\n  new:\n    broker: sandbox\n',
      '\n  base:\n',
      '\ndefaults:\n',
      'profiles:\n',
      '\n',
      '\n    ',
      ' ',
    ),
    soup,
  ),
);

function change(text: string, [at, removed, piece]: readonly [number, number, string]): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + removed);
}

describe('reading again after edits', () => {
  it('says what reading from scratch says, whatever the edits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        (sample, edits) => {
          const reader = new FileReader();
          let text = sample;
          reader.read(text, 'a.mqtt.yaml');
          for (const each of edits) {
            text = change(text, each);
            expect(everything(reader.read(text, 'a.mqtt.yaml'))).toEqual(fromScratch(text));
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  it.each(samples.map((sample) => [sample.split('\n', 1)[0], sample] as const))(
    'says what reading from scratch says, whatever was cut off: %s',
    (_, sample) => {
      const reader = new FileReader();
      for (let length = sample.length; length >= 0; length -= 1) {
        const text = sample.slice(0, length);
        expect(everything(reader.read(text, 'a.mqtt.yaml'))).toEqual(fromScratch(text));
      }
    },
  );

  it('keeps what was not touched, and moves it', () => {
    const reader = new FileReader();
    const before = reader.read(many, 'a.mqtt.yaml').profiles;
    const after = reader.read(many.replace('clientId: child', 'clientId: the-child'), 'a.mqtt.yaml').profiles;
    const same = after.map((profile, index) => profile.own === before[index]?.own);
    expect(same).toEqual([true, false, true, true]);
    expect(
      many
        .replace('clientId: child', 'clientId: the-child')
        .slice(after[3]?.keyRange.start, after[3]?.keyRange.end),
    ).toBe('last');
  });
});

describe('reading block by block', () => {
  /** What does not hang on how a file is taken apart. */
  const meaning = ({ file, problems, tree }: ReadFile) => ({ file, problems, tree: plainTree(tree) });
  const hasErrors = ({ problems }: ReadFile): boolean =>
    problems.some(({ severity }) => severity === 'error');
  const compare = (text: string): boolean => {
    const blocks = new FileReader().read(text, 'a.mqtt.yaml');
    const whole = new FileReader().readWhole(text, 'a.mqtt.yaml');
    expect(hasErrors(blocks), text).toBe(hasErrors(whole));
    if (hasErrors(whole)) return false;
    const withoutEnds = (read: ReadFile) => JSON.stringify(meaning(read).file);
    expect(withoutEnds(blocks)).toBe(withoutEnds(whole));
    return true;
  };

  it('says what reading the whole file says, of samples', () => {
    for (const sample of samples.slice(0, -1)) {
      expect(splitBlocks(sample)).toBeDefined();
      expect(compare(sample)).toBe(true);
    }
  });

  it('says what reading the whole file says, and finds an error where that finds one, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(edit, { maxLength: 3 }), (sample, edits) => {
        compare(edits.reduce(change, sample));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(soup, (text) => {
        compare(`profiles:\n  a:\n    broker: sandbox\n  p:\n    ${text}\n`);
        compare(text);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [
      'a flow collection over lines',
      'profiles:\n  a: {\n   broker: sandbox,\n    clientId: b\n   }\n  b: { broker: sandbox }\n',
    ],
    ['an anchor and an alias in two profiles', 'profiles:\n  a: &a\n    broker: sandbox\n  b: *a\n'],
    ['a document of its own', '---\nprofiles:\n  a: { broker: sandbox }\n'],
    ['a byte order mark', '\ufeffprofiles:\n  a: { broker: sandbox }\n'],
    ['JSON', '{ "profiles": { "a": { "broker": "sandbox" } } }'],
    ['profiles in one line', 'profiles: { a: { broker: sandbox } }\n'],
    [
      'a text that looks like a profile',
      'profiles:\n  a:\n    broker: sandbox\n    description: |\n     b:\n     c: d\n',
    ],
    ['a profile in quotes', 'profiles:\n  "a b":\n    broker: sandbox\n  c: { broker: sandbox }\n'],
  ])('is right about %s', (_, text) => {
    expect(compare(text)).toBe(true);
    expect(new FileReader().read(text, 'a').file.profiles.length).toBeGreaterThan(0);
  });
});
