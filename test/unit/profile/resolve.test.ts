import { describe, expect, it } from 'vitest';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { type Lookup, resolveProfile, variablesOf } from '../../../src/profile/resolve.ts';
import { parseTemplate, randomText, spell, VARIABLES, variablesIn } from '../../../src/profile/variables.ts';

function profileWith(...lines: string[]): ConnectionProfile {
  const text = ['profiles:', '  lab:', ...lines.map((line) => `    ${line}`)].join('\n');
  const { profiles, diagnostics } = parseProfileFile(text, 'a.mqtt.yaml');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [profile] = profiles;
  if (profile === undefined) throw new Error('No usable profile');
  return profile;
}

/** Answers from a table of `kind:name`, and keeps the order of the questions. */
function answering(answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const lookup: Lookup = (kind, name) => {
    const key = name === '' ? kind : `${kind}:${name}`;
    asked.push(key);
    return answers[key];
  };
  return { asked, lookup };
}

async function resolved(profile: ConnectionProfile, answers: Readonly<Record<string, string>>) {
  const result = await resolveProfile(profile, answering(answers).lookup);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.profile;
}

async function errors(profile: ConnectionProfile, answers: Readonly<Record<string, string>>) {
  const result = await resolveProfile(profile, answering(answers).lookup);
  return result.ok ? [] : result.errors;
}

describe('resolving a profile', () => {
  it('replaces variables wherever texts may hold them', async () => {
    const profile = profileWith(
      `broker: wss://\${env:HOST}:8443/\${env:PATH}`,
      `tls: { ca: "\${workspaceFolder}/ca.pem" }`,
      `clientId: lab-\${random:4}`,
      `username: \${input:Who are you?}`,
      `password: \${secret:lab}`,
      `userProperties: { id: "\${clientId}" }`,
      `will: { topic: "user/status/\${username}", payload: "\${clientId} of \${username} is gone" }`,
      `subscriptions: [ { topicFilter: "to/\${clientId}/#" } ]`,
      `afterConnect: [ { topic: "user/status/\${username}", payloadJson: { who: "\${username}" } } ]`,
    );
    expect(
      await resolved(profile, {
        'env:HOST': 'broker.example.com',
        'env:PATH': 'mqtt',
        workspaceFolder: '/lab',
        'random:4': 'k3x9',
        'input:Who are you?': 'al"ice',
        'secret:lab': `hunter2 \${env:HOST}`,
      }),
    ).toMatchObject({
      broker: { host: 'broker.example.com', path: '/mqtt' },
      tls: { ca: '/lab/ca.pem' },
      clientId: 'lab-k3x9',
      username: 'al"ice',
      password: `hunter2 \${env:HOST}`,
      userProperties: [['id', 'lab-k3x9']],
      will: { topic: 'user/status/al"ice', payload: { text: 'lab-k3x9 of al"ice is gone' } },
      subscriptions: [{ topicFilter: 'to/lab-k3x9/#' }],
      afterConnect: [{ payload: { text: '{"who":"al\\"ice"}' } }],
    });
  });

  it('asks for the client identifier first, and for each thing once', async () => {
    const profile = profileWith(
      'broker: mqtt://a',
      `password: \${secret:p}`,
      `username: \${env:USER}`,
      `clientId: \${username}-\${random:2}-\${random:2}`,
      `will: { topic: "\${env:USER}/\${secret:p}/\${clientId}" }`,
    );
    const { asked, lookup } = answering({ 'env:USER': 'u', 'secret:p': 's', 'random:2': 'zz' });
    const result = await resolveProfile(profile, lookup);
    expect(asked).toEqual(['env:USER', 'random:2', 'random:2', 'secret:p']);
    expect(result).toMatchObject({ profile: { clientId: 'u-zz-zz', will: { topic: 'u/s/u-zz-zz' } } });
  });

  it('leaves a literal `${` where it is written as `$${`', async () => {
    const profile = profileWith('broker: mqtt://a', `will: { topic: a, payload: "$\${env:X} costs $5 {}" }`);
    expect((await resolved(profile, {})).will?.payload).toMatchObject({ text: `\${env:X} costs $5 {}` });
  });

  it('names every variable that has no value, and what to do', async () => {
    const profile = profileWith('broker: mqtt://a', `username: \${env:NOBODY}`, `password: \${secret:lab}`);
    expect(await errors(profile, {})).toEqual([
      {
        code: 'variable-unresolved',
        message: `\`\${env:NOBODY}\` of profile lab has no value.`,
        hint: expect.stringContaining('Set the environment variable NOBODY'),
      },
      expect.objectContaining({ message: `\`\${secret:lab}\` of profile lab has no value.` }),
    ]);
  });

  it('takes an empty answer for an answer', async () => {
    const profile = profileWith('broker: mqtt://a', `username: \${env:EMPTY}`);
    expect((await resolved(profile, { 'env:EMPTY': '' })).username).toBe('');
  });

  it('refuses a client identifier and a user name that stand for each other', async () => {
    const profile = profileWith('broker: mqtt://a', `clientId: a\${username}`, `username: b\${clientId}`);
    expect(await errors(profile, {})).toMatchObject([{ code: 'variable-cycle' }]);
  });

  it('refuses the client identifier as a variable when the Server chooses it, and the user name when there is none', async () => {
    expect(
      await errors(profileWith('broker: mqtt://a', `will: { topic: "a/\${clientId}" }`), {}),
    ).toMatchObject([
      { code: 'variable-unresolved', message: expect.stringContaining('`clientId` is empty') },
    ]);
    expect(
      await errors(profileWith('broker: mqtt://a', `will: { topic: "a/\${username}" }`), {}),
    ).toMatchObject([
      { code: 'variable-unresolved', message: expect.stringContaining('`username` is not set') },
    ]);
  });

  it('checks the whole again: a variable may bring a wildcard, a bad host, or too much', async () => {
    const topic = profileWith('broker: mqtt://a', `will: { topic: "user/\${env:X}" }`);
    expect(await errors(topic, { 'env:X': '#' })).toMatchObject([{ code: 'will-topic-wildcard' }]);
    const host = profileWith(`broker: mqtt://\${env:X}`);
    expect(await errors(host, { 'env:X': 'a:1884' })).toMatchObject([{ code: 'broker-host' }]);
    const id = profileWith('broker: mqtt://a', 'protocolVersion: 3.1', `clientId: \${env:X}`);
    expect(await errors(id, { 'env:X': 'x'.repeat(24) })).toMatchObject([{ code: 'client-id-too-long' }]);
  });

  it('never quotes an answer in what it says', async () => {
    const profile = profileWith('broker: mqtt://a', `will: { topic: "\${secret:t}/x" }`);
    const [error] = await errors(profile, { 'secret:t': 'hunter2+' });
    expect(error?.code).toBe('will-topic-wildcard');
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(error?.hint).toContain(`\${secret:t}`);
  });

  it('passes on what the lookup throws, so that a question can be cancelled', async () => {
    const profile = profileWith('broker: mqtt://a', `username: \${input:who?}`);
    const cancelled = new Error('cancelled');
    await expect(
      resolveProfile(profile, () => {
        throw cancelled;
      }),
    ).rejects.toBe(cancelled);
  });

  it('lists what it will ask for, each once', () => {
    const profile = profileWith(
      'broker: mqtt://a',
      `username: \${env:A}`,
      `password: \${secret:b}`,
      `will: { topic: "\${env:A}", payload: "\${username}" }`,
    );
    expect(variablesOf(profile).map(({ kind, name }) => `${kind} ${name}`.trim())).toEqual([
      'env A',
      'secret b',
      'username',
    ]);
  });
});

describe('the table of variables', () => {
  it.each(VARIABLES.map((row) => [row] as const))('has a row that can be written: $kind', (row) => {
    const written = row.kind === 'random' ? `\${random:8}` : spell(row);
    expect(variablesIn(`a ${written} b`)).toMatchObject([{ kind: row.kind, source: written }]);
  });

  it('takes a text apart without losing a character', () => {
    const text = `a\${env:B}$\${c\${nope}\${env`;
    const whole = parseTemplate(text).map((part) =>
      part.kind === 'literal' ? part.text : part.kind === 'variable' ? part.variable.source : part.source,
    );
    expect(whole.join('|')).toBe(`a|\${env:B}|\${|c|\${nope}|\${|env`);
  });

  it('makes random texts of letters and digits of the length asked for', () => {
    expect(randomText(8, () => 0)).toBe('aaaaaaaa');
    expect(randomText(3, () => 0.999_999)).toBe('999');
  });
});
