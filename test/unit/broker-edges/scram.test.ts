import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthExchange } from '../../../src/net/broker/access.ts';
import { Authentication } from '../../../src/net/broker/authentication.ts';
import { ScramExchange } from '../../../src/net/broker/scram.ts';
import { readClientFinal, readClientFirst, saslPrep } from '../../../src/net/broker/scram-messages.ts';
import { ScramClient } from './scram-client.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString();
const refused = { kind: 'refused', reasonCode: 0x87 };

/** The example of RFC 7677 3. */
function example(): AuthExchange {
  return new ScramExchange({
    credentialsOf: (username) => ({
      username: username === 'user' ? 'user' : undefined,
      password: 'pencil',
      salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
      iterations: 4096,
    }),
    newNonce: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  });
}
const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const clientFirst = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const clientFinal = `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;

describe('SCRAM-SHA-256', () => {
  it('speaks the example of RFC 7677 word by word', async () => {
    const exchange = example();
    const asked = await exchange.next(bytes(clientFirst));
    expect(asked).toMatchObject({ kind: 'continue' });
    expect(textOf('data' in asked ? asked.data : undefined)).toBe(
      `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
    );
    const done = await exchange.next(bytes(clientFinal));
    expect(done).toMatchObject({ kind: 'success', username: 'user' });
    expect(textOf('data' in done ? done.data : undefined)).toBe(
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
  });

  it('asks a Client to begin that sends nothing with CONNECT, once', async () => {
    const exchange = example();
    expect(await exchange.next(undefined)).toEqual({ kind: 'continue' });
    expect(await exchange.next(bytes(clientFirst))).toMatchObject({ kind: 'continue' });
    const silent = example();
    await silent.next(new Uint8Array());
    expect(await silent.next(undefined)).toEqual(refused);
  });

  it.each([
    ['a proof of another password', clientFinal.replace('p=dH', 'p=dI')],
    ['a proof of another length', `c=biws,r=${nonce},p=dHzb`],
    ['a proof that is no Base64', `c=biws,r=${nonce},p=***`],
    ['another nonce', clientFinal.replace('r=r', 'r=s')],
    ['only its own nonce', clientFinal.replace(nonce, 'rOprNGfwEbeRWgbNEkqO')],
    ['another wish for channel binding', clientFinal.replace('biws', 'eSws')],
    ['no proof', `c=biws,r=${nonce}`],
    ['nothing', ''],
  ])('refuses %s', async (_what, final) => {
    const exchange = example();
    await exchange.next(bytes(clientFirst));
    expect(await exchange.next(bytes(final))).toEqual(refused);
    expect(await exchange.next(bytes(clientFinal))).toEqual(refused);
  });

  it.each([
    ['channel binding', 'p=tls-unique,,n=user,r=abc'],
    ['an extension that must be understood', 'n,,m=x,n=user,r=abc'],
    ['to act as somebody else', 'n,a=other,n=user,r=abc'],
    ['a name that is not escaped', 'n,,n=us=er,r=abc'],
    ['an empty name', 'n,,n=,r=abc'],
    ['no nonce', 'n,,n=user'],
    ['a nonce that cannot be printed', 'n,,n=user,r=a c'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
    ['a message without end', `n,,n=user,r=${'x'.repeat(5_000)}`],
  ])('refuses a first message that wants %s', async (_what, first) => {
    expect(await example().next(typeof first === 'string' ? bytes(first) : first)).toEqual(refused);
  });

  it('reads names with commas and equals signs, and takes what it need not understand', () => {
    expect(readClientFirst(bytes('y,a=a=2Cb=3Dc,n=a=2Cb=3Dc,r=xyz,future=1'))).toEqual({
      header: 'y,a=a=2Cb=3Dc,',
      bare: 'n=a=2Cb=3Dc,r=xyz,future=1',
      username: 'a,b=c',
      nonce: 'xyz',
    });
    expect(readClientFinal(bytes('c=biws,r=xyz,x=1,p=AAAA'))).toMatchObject({
      withoutProof: 'c=biws,r=xyz,x=1',
      nonce: 'xyz',
    });
  });

  it('never fails on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), async (a, b) => {
        const exchange = example();
        expect(['continue', 'refused']).toContain((await exchange.next(a)).kind);
        expect(['continue', 'refused']).toContain((await exchange.next(b)).kind);
      }),
    );
  });

  it('compares names and passwords as they look (RFC 4013)', () => {
    expect(saslPrep('I\u00adX')).toBe('IX');
    expect(saslPrep('\u2168')).toBe('IX');
    expect(saslPrep('\u00aa')).toBe('a');
    expect(saslPrep('a\u00a0b')).toBe('a b');
  });
});

async function prove(exchange: AuthExchange, username: string, password: string) {
  const client = new ScramClient(username, password);
  const asked = await exchange.next(bytes(client.first));
  const serverFirst = textOf('data' in asked ? asked.data : undefined);
  const [, salt = '', rounds = ''] = /,s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const step = await exchange.next(bytes(client.final(serverFirst)));
  return { salt, rounds, step, signature: client.signature };
}

describe('authentication by users', () => {
  const authentication = new Authentication({
    users: [
      { username: 'ann', password: 'secret' },
      { username: 'Ⅸ', password: 'pass\u00a0word' },
    ],
  });
  const begin = (method = 'SCRAM-SHA-256'): AuthExchange => {
    const exchange = authentication.begin(method);
    if (exchange === undefined) throw new Error('The method is not known.');
    return exchange;
  };

  it('lets a user in who proves the password, and proves itself', async () => {
    const { step, signature, rounds } = await prove(begin(), 'ann', 'secret');
    expect(step).toMatchObject({ kind: 'success', username: 'ann' });
    expect(textOf('data' in step ? step.data : undefined)).toBe(signature);
    expect(rounds).toBe('4096');
  });

  it('knows a user by each way to write the name', async () => {
    expect((await prove(begin(), 'IX', 'pass word')).step).toMatchObject({ kind: 'success', username: 'Ⅸ' });
  });

  it('answers an unknown user as one with a wrong password, with a salt that stays', async () => {
    const wrong = await prove(begin(), 'ann', 'guess');
    const unknown = await prove(begin(), 'bob', 'guess');
    const again = await prove(begin(), 'bob', 'guess');
    expect(unknown.step).toEqual(wrong.step);
    expect(unknown.salt).toBe(again.salt);
    expect(unknown.salt).toHaveLength(wrong.salt.length);
    expect(unknown.rounds).toBe(wrong.rounds);
    expect(unknown.salt).not.toBe(wrong.salt);
  });

  it('knows no other method, and none where there are no users', () => {
    expect(authentication.begin('SCRAM-SHA-1')).toBeUndefined();
    expect(authentication.begin('scram-sha-256')).toBeUndefined();
    expect(new Authentication({ users: [] }).begin('SCRAM-SHA-256')).toBeUndefined();
  });

  it.each([
    ['the right password', 'ann', 'secret', true],
    ['a wrong password', 'ann', 'Secret', false],
    ['an unknown user', 'bob', 'secret', false],
    ['no password', 'ann', undefined, false],
    ['no user name', undefined, 'secret', false],
  ])('judges %s in CONNECT', (_what, userName, password, allowed) => {
    expect(authentication.mayConnect(userName, password === undefined ? undefined : bytes(password))).toBe(
      allowed,
    );
  });

  it('lets everybody in without users', () => {
    expect(new Authentication({ users: [] }).mayConnect(undefined, undefined)).toBe(true);
  });
});
