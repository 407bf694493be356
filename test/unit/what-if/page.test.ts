import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type WhatIfPage, whatIfBody, whatIfDocument } from '../../../src/extension/what-if/what-if-page.ts';
import { whatIfStyle } from '../../../src/extension/what-if/what-if-style.ts';
import { factTemplates } from '../../../src/session/sentences.ts';
import { whatIf } from '../../../src/session/what-if.ts';
import { whatIfTexts } from '../../../src/session/what-if-words.ts';

const table = whatIf({
  protocolVersion: 5,
  cleanStart: true,
  keepAliveSeconds: 30,
  sessionExpiryInterval: 10,
  will: { willDelayInterval: 5 },
  identity: 'fixed',
});

const page = (more: Partial<WhatIfPage> = {}): WhatIfPage => ({
  profile: 'demo',
  file: 'will.mqtt.yaml',
  table,
  problems: [],
  texts: whatIfTexts,
  facts: factTemplates,
  locale: 'en',
  ...more,
});

/** The names of the elements with those of their attributes, in order: what a browser would build. */
function skeleton(html: string): readonly string[] {
  return [...html.matchAll(/<(\/?[a-z0-9]+)((?: [a-z-]+="[^"]*")*)>/g)].map(([, tag = '', attributes = '']) =>
    [tag, ...[...attributes.matchAll(/ ([a-z-]+)=/g)].map(([, name = '']) => name)].join(' '),
  );
}

describe('the page', () => {
  test('tells of each end what becomes of will and Session, with the rows and statements that say so', () => {
    const body = whatIfBody(page());
    for (const text of ['Published after 5 s', 'Not published', 'Is resumed', 'D20', '[MQTT-3.1.3-9]']) {
      expect(body).toContain(text);
    }
  });

  test('has a heading for each table, and heads for its rows and columns', () => {
    const tags = skeleton(whatIfBody(page()));
    const count = (tag: string): number =>
      tags.filter((each) => each === tag || each.startsWith(`${tag} `)).length;
    expect(count('table')).toBe(count('h2'));
    expect(count('caption')).toBe(count('table'));
    expect(count('details')).toBe(count('summary'));
    expect(tags.filter((each) => each.startsWith('th ')).every((each) => each === 'th scope')).toBe(true);
  });

  test('links only to the pages of the standard', () => {
    const links = [...whatIfBody(page()).matchAll(/ href="([^"]*)"/g)].map(
      ([, url = '']) => new URL(url).host,
    );
    expect(new Set(links)).toEqual(new Set(['docs.oasis-open.org']));
  });

  test('is the same page whatever stands in names, problems and translations', () => {
    const plain = skeleton(whatIfBody(page({ problems: ['x'] })));
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'><b>",
        '</main>',
        '&lt;',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (profile, file, problem) => {
        const texts = { ...whatIfTexts, 'page.rare': problem };
        expect(skeleton(whatIfBody(page({ profile, file, problems: [problem], texts })))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  test('of a profile with errors tells them, and no table', () => {
    const body = whatIfBody(page({ table: undefined, problems: ['Key `wil` is unknown.'] }));
    expect(body).toContain('Key `wil` is unknown.');
    expect(body).not.toContain('<table');
  });
});

test('the document allows one style element by its nonce, and nothing else', () => {
  const html = whatIfDocument('', whatIfStyle, '<What if>', 'en', 'abc');
  expect(html).toContain(`content="default-src 'none'; style-src 'nonce-abc'"`);
  expect(html).toContain('<title>&lt;What if&gt;</title>');
  expect(html).not.toMatch(/<script| style="|unsafe/);
});

test('colours come from the theme, and none stands in the styles', () => {
  expect(whatIfStyle).not.toMatch(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i);
});
