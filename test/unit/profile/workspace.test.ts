import { describe, expect, it } from 'vitest';
import type { TextEdit } from '../../../src/profile/problem.ts';
import { ProfileWorkspace } from '../../../src/profile/workspace.ts';

const A = 'file:///a.mqtt.yaml';
const B = 'file:///b.mqtt.yaml';
const client = (id: string) => `profiles:\n  p:\n    broker: mqtt://lab\n    clientId: ${id}\n`;
const codes = (workspace: ProfileWorkspace, uri: string) => workspace.problems(uri).map(({ code }) => code);

function apply(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  for (const { range, newText } of edits.toReversed()) {
    edited = edited.slice(0, range.start) + newText + edited.slice(range.end);
  }
  return edited;
}

/** The text after the preferred fix of its first problem that has one. */
function mended(text: string, uri = A): string {
  const workspace = new ProfileWorkspace();
  workspace.set(uri, text);
  const [first] = workspace.fixes(uri, { start: 0, end: text.length });
  if (first === undefined) throw new Error('Nothing mends it.');
  return apply(text, first.fix.edits);
}

describe('files beside each other', () => {
  it('are told of each other while they share a Client Identifier, with the place in the other file', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, client('x'));
    workspace.set(B, client('x'));
    expect(codes(workspace, A)).toEqual(['client-id-shared']);
    const [problem] = workspace.problems(B);
    const [place] = problem?.related ?? [];
    expect(place?.uri).toBe(A);
    expect(client('x').slice(place?.range.start, place?.range.end)).toBe('x');
    workspace.set(B, client('y'));
    expect([codes(workspace, A), codes(workspace, B)]).toEqual([[], []]);
  });

  it('are named to be looked at again when what they share changes, and no others', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, client('x'));
    workspace.set(B, client('x'));
    workspace.set('file:///c.mqtt.yaml', client('z'));
    expect(workspace.takeChanged().toSorted()).toEqual([A, B, 'file:///c.mqtt.yaml']);
    expect(workspace.takeChanged()).toEqual([]);
    const at = client('x').indexOf('x\n');
    workspace.edit(B, [{ range: { start: at, end: at + 1 }, text: 'y' }]);
    expect(workspace.takeChanged().toSorted()).toEqual([A, B]);
    workspace.edit(B, [{ range: { start: 0, end: 0 }, text: '# a\n' }]);
    expect(workspace.takeChanged()).toEqual([B]);
  });

  it('are free of a file that is deleted', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, client('x'));
    workspace.set(B, client('x'));
    workspace.takeChanged();
    workspace.delete(A);
    expect(workspace.takeChanged().toSorted()).toEqual([A, B]);
    expect([codes(workspace, B), workspace.uris(), workspace.problems(A)]).toEqual([[], [B], []]);
  });

  it('point to where the other one stands now', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, client('x'));
    workspace.set(B, client('x'));
    workspace.edit(A, [{ range: { start: 0, end: 0 }, text: '# moved\n' }]);
    expect(workspace.takeChanged()).toContain(B);
    const place = workspace.problems(B)[0]?.related[0];
    expect(workspace.text(A)?.slice(place?.range.start, place?.range.end)).toBe('x');
  });

  it('say nothing of a file whose being there is not known', () => {
    const text = 'profiles:\n  p:\n    broker: mqtts://lab\n    tls: { ca: ca.pem }\n';
    let known: boolean | undefined;
    const workspace = new ProfileWorkspace({ fileExists: () => known });
    workspace.set(A, text);
    expect(codes(workspace, A)).toEqual([]);
    known = false;
    workspace.takeChanged();
    workspace.refresh();
    expect([workspace.takeChanged(), codes(workspace, A)]).toEqual([[A], ['file-missing']]);
  });
});

describe('edits', () => {
  it('apply one after the other', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, 'abc');
    workspace.edit(A, [
      { range: { start: 1, end: 2 }, text: 'xyz' },
      { range: { start: 0, end: 2 }, text: '' },
    ]);
    expect(workspace.text(A)).toBe('yzc');
  });

  it('leave what was taken out before as it was', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(A, 'profiles:\n  p:\n    broker: sandbox\n    oops: 1\n');
    const before = workspace.problems(A);
    const copy = structuredClone(before);
    workspace.edit(A, [{ range: { start: 0, end: 0 }, text: '# more\n' }]);
    expect(before).toEqual(copy);
    expect(workspace.problems(A)[0]?.range.start).toBe((before[0]?.range.start ?? 0) + 7);
  });
});

describe('a fix', () => {
  it.each([
    ['a misspelt key', 'profiles:\n  p:\n    broker: sandbox\n    clientID: x\n', 'clientId: x'],
    [
      'a number with its unit',
      'profiles:\n  p:\n    broker: sandbox\n    keepAlive: 5 minutes\n',
      'keepAlive: 5m',
    ],
    [
      'milliseconds for seconds',
      'profiles:\n  p:\n    broker: sandbox\n    keepAlive: 90000\n',
      'keepAlive: 90s',
    ],
    [
      '`cleanSession` in 5.0',
      'profiles:\n  p:\n    broker: sandbox\n    cleanSession: true\n',
      'cleanStart: true',
    ],
    [
      'a Session that cannot outlive its connection, in block style',
      'profiles:\n  p:\n    broker: sandbox\n    clientId: x\n    cleanStart: false\n',
      '  p:\n    sessionExpiryInterval: 1h\n    broker: sandbox',
    ],
    [
      'the same in flow style',
      'profiles: { p: { broker: sandbox, cleanStart: false } }',
      '{ p: { sessionExpiryInterval: 1h, broker: sandbox,',
    ],
    [
      'the same in JSON',
      '{ "profiles": { "p": {\n  "broker": "sandbox",\n  "cleanStart": false } } }',
      '"p": {\n  "sessionExpiryInterval": "1h", "broker"',
    ],
    [
      'a password in quotes, in flow style',
      'profiles: { p: { broker: mqtts://a, username: u, password: "hunter2" } }',
      `password: "\${secret:p}" }`,
    ],
    [
      'a password in flow style without quotes',
      'profiles: { p: { broker: mqtts://a, username: u, password: hunter2 } }',
      `password: "\${secret:p}" }`,
    ],
    [
      'credentials in an address',
      'profiles:\n  p:\n    broker: mqtts://me:hunter2@a:8883\n',
      `    username: me\n    password: \${secret:me}\n    broker: mqtts://a:8883\n`,
    ],
    [
      'a key that stands twice',
      'profiles:\n  p:\n    broker: sandbox\n    clientId: a # one\n    clientId: b # two\n    keepAlive: 1s\n',
      'clientId: a # one\n    keepAlive',
    ],
    [
      'a key with lines below it that stands twice',
      'profiles:\n  p:\n    broker: sandbox\n    will:\n      topic: a\n    will:\n      topic: b\n    keepAlive: 1s\n',
      'topic: a\n    keepAlive: 1s\n',
    ],
    [
      'what is required',
      'profiles:\n  p:\n    clientId: x\n',
      '    broker: mqtt://localhost:1883\n    clientId: x\n',
    ],
    [
      'line ends of Windows',
      'profiles:\r\n  p:\r\n    clientId: x\r\n',
      '    broker: mqtt://localhost:1883\r\n    clientId: x\r\n',
    ],
  ])('is made for %s', (_, text, wanted) => {
    expect(mended(text)).toContain(wanted);
  });

  it('hands out the password that leaves the file', () => {
    const workspace = new ProfileWorkspace();
    const text = 'profiles:\n  p:\n    broker: mqtts://a\n    username: u\n    password: hunter2\n';
    workspace.set(A, text);
    const [found] = workspace.fixes(A, { start: text.indexOf('hunter2'), end: text.indexOf('hunter2') });
    expect(found?.fix.secret).toEqual({ name: 'p', value: 'hunter2' });
    expect(found?.fix.safe).toBeUndefined();
  });

  it('is offered only where the range touches its problem', () => {
    const workspace = new ProfileWorkspace();
    const text = 'profiles:\n  p:\n    broker: sandbox\n    clientID: x\n';
    workspace.set(A, text);
    expect(workspace.fixes(A, { start: 0, end: 8 })).toEqual([]);
    expect(workspace.fixes(A, { start: text.indexOf('ID'), end: text.indexOf('ID') })).not.toEqual([]);
  });

  it('of all that are safe leaves what asks for a decision', () => {
    const workspace = new ProfileWorkspace();
    const text =
      'profiles:\n  p:\n    broker: mqtts://a\n    cleanSession: yes\n    clientID: x\n    keepAlive: 30 s\n    username: u\n    password: hunter2\n';
    workspace.set(A, text);
    expect(apply(text, workspace.fixAll(A))).toBe(
      'profiles:\n  p:\n    broker: mqtts://a\n    cleanSession: true\n    clientId: x\n    keepAlive: 30s\n    username: u\n    password: hunter2\n',
    );
  });
});

describe('scenarios', () => {
  it('come as steps with durations in milliseconds and their places', () => {
    const text = `profiles:
  a: { broker: sandbox, will: { topic: t, willDelayInterval: 2s }, sessionExpiryInterval: 9s, clientId: a }
  b: { broker: sandbox, subscriptions: [ { topicFilter: "#" } ] }
scenarios:
  lost:
    description: The will comes late
    steps:
      - connect: b
      - connect: { as: a, cleanStart: true }
      - subscribe: { by: b, topicFilter: t, qos: 1 }
      - publish: { from: a, topic: x, payload: y }
      - expectMessage: { by: b, topic: x, payload: y, within: 500ms }
      - cut: a
      - wait: 1s
      - expectWill: { of: a, after: 2s }
      - resume: a
      - disconnect: { of: a, reason: withWill, sessionExpiryInterval: never }
`;
    const workspace = new ProfileWorkspace();
    workspace.set(A, text);
    expect(workspace.problems(A).filter(({ severity }) => severity !== 'information')).toEqual([]);
    const [scenario] = workspace.scenarios(A);
    expect(scenario).toMatchObject({ name: 'lost', usable: true, description: 'The will comes late' });
    expect(scenario?.steps.map(({ step }) => step)).toMatchObject([
      { do: 'connect', client: 'b' },
      { do: 'connect', client: 'a', cleanStart: true },
      { do: 'subscribe', client: 'b', subscription: { topicFilter: 't', qos: 1 } },
      { do: 'publish', client: 'a', message: { topic: 'x', payload: { text: 'y' } } },
      { do: 'expectMessage', client: 'b', like: { topic: 'x', payload: 'y' }, withinMs: 500 },
      { do: 'cut', client: 'a' },
      { do: 'wait', forMs: 1000 },
      { do: 'expectWill', client: 'a', afterMs: 2000, withinMs: 1000 },
      { do: 'resume', client: 'a' },
      { do: 'disconnect', client: 'a', reasonCode: 4, sessionExpiryInterval: 0xffff_ffff },
    ]);
    const cut = scenario?.steps[5]?.range;
    expect(text.slice(cut?.start, cut?.end)).toBe('cut');
  });

  it('of which one has an error leave the profiles and each other usable', () => {
    const workspace = new ProfileWorkspace();
    workspace.set(
      A,
      'profiles:\n  p: { broker: sandbox }\nscenarios:\n  a: { steps: [ { konnect: p } ] }\n  b: { steps: [ { connect: p } ] }\n',
    );
    expect(workspace.scenarios(A).map(({ name, usable }) => [name, usable])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(workspace.file(A)?.profiles).toHaveLength(1);
  });
});
