import { describe, expect, it } from 'vitest';
import type { Effect, ProfileEffects } from '../../../src/profile/effects.ts';
import { ProfileWorkspace } from '../../../src/profile/workspace.ts';

const uri = 'file:///a.mqtt.yaml';

function effects(text: string, name = 'p'): ProfileEffects {
  const workspace = new ProfileWorkspace();
  workspace.set(uri, text);
  const found = workspace.effects(uri).find((each) => each.name === name);
  if (found === undefined) throw new Error(`No profile ${name}`);
  return found;
}

const of = (...lines: string[]): string =>
  ['profiles:', '  p:', '    broker: sandbox', ...lines.map((line) => `    ${line}`), ''].join('\n');
const seconds = ({ sessionLifetime, willDelay, silenceNoticed, believedAlive }: ProfileEffects) =>
  [sessionLifetime, willDelay, silenceNoticed, believedAlive].map((effect) => effect?.seconds);
const sources = (text: string, effect: Effect | undefined) =>
  effect?.sources.map(({ range, from }) => [
    range === undefined ? undefined : text.slice(range.start, range.end),
    from.kind === 'profile' ? from.name : from.kind,
  ]);

describe('the effects of settings', () => {
  it.each([
    ['nothing set', [], [0, undefined, 90, undefined]],
    [
      'a will that waits',
      ['keepAlive: 60s', 'sessionExpiryInterval: 1h', 'will: { topic: a, willDelayInterval: 5s }'],
      [3600, 5, 90, 95],
    ],
    [
      'a Session that ends before the delay',
      ['keepAlive: 10s', 'sessionExpiryInterval: 3s', 'will: { topic: a, willDelayInterval: 5s }'],
      [3, 3, 15, 18],
    ],
    [
      'a delay without a Session',
      ['keepAlive: 10s', 'will: { topic: a, willDelayInterval: 5s }'],
      [0, 0, 15, 15],
    ],
    [
      'a Session that does not expire',
      ['keepAlive: 1s', 'sessionExpiryInterval: never', 'will: { topic: a, willDelayInterval: 7d }'],
      ['never', 604_800, 1.5, 604_801.5],
    ],
    ['Keep Alive turned off', ['keepAlive: 0', 'will: { topic: a }'], [0, 0, 'never', 'never']],
    [
      '3.1.1 with a clean Session',
      ['protocolVersion: 3.1.1', 'keepAlive: 2s', 'will: { topic: a }'],
      [0, 0, 3, 3],
    ],
    [
      '3.1.1 with a kept Session',
      ['protocolVersion: 3.1.1', 'cleanSession: false', 'keepAlive: 2s', 'clientId: a'],
      ['never', undefined, 3, undefined],
    ],
    [
      'a value that is not understood',
      ['keepAlive: soon', 'will: { topic: a, willDelayInterval: 5s }'],
      [0, 0, undefined, undefined],
    ],
    [
      'an expiry that is not understood',
      ['keepAlive: 2s', 'sessionExpiryInterval: long', 'will: { topic: a, willDelayInterval: 5s }'],
      [undefined, undefined, 3, undefined],
    ],
  ] as const)('are known with %s', (_, lines, wanted) => {
    expect(seconds(effects(of(...lines)))).toEqual(wanted);
  });

  it('say where each value stands, through `extends` and `defaults`, the deciding one first', () => {
    const text = `defaults: { broker: sandbox, keepAlive: 20s }
profiles:
  base:
    sessionExpiryInterval: 4s
    will: { topic: a, willDelayInterval: 9s }
  p:
    extends: base
    will: { willDelayInterval: 6s }
`;
    const { willDelay, believedAlive, sessionLifetime } = effects(text);
    expect(sources(text, sessionLifetime)).toEqual([['4s', 'base']]);
    expect(sources(text, willDelay)).toEqual([
      ['4s', 'base'],
      ['6s', 'p'],
    ]);
    expect(sources(text, believedAlive)).toEqual([
      ['20s', 'defaults'],
      ['4s', 'base'],
      ['6s', 'p'],
    ]);
    expect(sources(text, effects(of()).sessionLifetime)).toEqual([[undefined, 'default']]);
  });

  it('follow the text', () => {
    const workspace = new ProfileWorkspace();
    const text = of('keepAlive: 10s');
    workspace.set(uri, text);
    workspace.edit(uri, [{ range: { start: 0, end: 0 }, text: '# a\n' }]);
    const moved = workspace.text(uri) ?? '';
    const [found] = workspace.effects(uri);
    expect(sources(moved, found?.silenceNoticed)).toEqual([['10s', 'p']]);
    expect(moved.slice(found?.range.start, found?.range.end)).toBe('p');
  });
});
