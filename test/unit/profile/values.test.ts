import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/profile/base64.ts';
import { isLoopback, readBrokerAddress, readListenAddress } from '../../../src/profile/broker-address.ts';
import { formatDuration, parseDuration } from '../../../src/profile/durations.ts';
import { nearest } from '../../../src/profile/nearest.ts';
import { hasLoneSurrogate, utf8Length } from '../../../src/profile/utf8.ts';

describe('durations', () => {
  it.each([
    ['5', 's', 5],
    ['5s', 's', 5],
    ['500ms', 'ms', 500],
    ['1000ms', 's', 1],
    ['10m', 's', 600],
    ['2h', 's', 7200],
    ['7d', 's', 604_800],
    ['1.5h', 's', 5400],
    ['0.5', 'ms', 500],
    ['1.001', 'ms', 1001],
    ['0', 's', 0],
  ] as const)('%s is in %s %i', (text, unit, value) => {
    expect(parseDuration(text, unit)).toEqual({ ok: true, value });
  });

  it.each(['0.5', '500ms', '1.5s', '0.001m'])('%s is no whole number of seconds', (text) => {
    expect(parseDuration(text, 's')).toEqual({ ok: false, problem: 'fraction' });
  });

  it.each(['', 's', '5 s', '-5', '1e3', '5S', '1h30m', '.5', '5.', '0x10', '1'.repeat(13)])(
    '`%s` is no duration',
    (text) => {
      expect(parseDuration(text, 's')).toEqual({ ok: false, problem: 'form' });
    },
  );

  it('are written as they are read', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('s', 'ms'), (value, unit) => {
        expect(parseDuration(formatDuration(value, unit), unit)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('broker addresses', () => {
  it.each([
    ['mqtt://localhost', 'mqtt localhost 1883 '],
    ['mqtts://a.example', 'mqtts a.example 8883 '],
    ['ws://a', 'ws a 80 /'],
    ['wss://a/mqtt?x=1', 'wss a 443 /mqtt?x=1'],
    ['ws://a:8083?x', 'ws a 8083 ?x'],
    ['MQTT://a:1', 'mqtt a 1 '],
    ['mqtt://[::1]:1884', 'mqtt ::1 1884 '],
    ['mqtt://[fe80::1%eth0]', 'mqtt fe80::1%eth0 1883 '],
    ['mqtt://[1:2:3:4:5:6:127.0.0.1]', 'mqtt 1:2:3:4:5:6:127.0.0.1 1883 '],
    ['mqtt://a/', 'mqtt a 1883 '],
    [`mqtt://\${env:HOST}:1884`, `mqtt \${env:HOST} 1884 `],
    [`ws://\${env:HOST}/\${input:which path?}`, `ws \${env:HOST} 80 /\${input:which path?}`],
  ])('%s', (text, expected) => {
    const read = readBrokerAddress(text);
    const value = read.ok ? read.value : undefined;
    expect(value?.kind === 'network' && `${value.scheme} ${value.host} ${value.port} ${value.path}`).toBe(
      expected,
    );
  });

  it.each([
    ['', 'broker-form'],
    ['localhost:1883', 'broker-form'],
    ['mqtt:/localhost', 'broker-form'],
    ['mqtt://', 'broker-host'],
    ['mqtt://:1883', 'broker-host'],
    ['mqtt://a..b', 'broker-host'],
    ['mqtt://[1:2]', 'broker-host'],
    ['mqtt://[1::2::3]', 'broker-host'],
    ['mqtt://[:1]', 'broker-host'],
    ['mqtt://a:', 'broker-port'],
    ['mqtt://a:99999', 'broker-port'],
    ['mqtt://a:b', 'broker-port'],
    ['mqtt://me@a', 'broker-credentials'],
    ['me:secret@a', 'broker-credentials'],
    ['mqtt://a/x', 'broker-path'],
    ['gopher://a', 'broker-scheme'],
  ])('%s is refused with %s', (text, code) => {
    expect(readBrokerAddress(text)).toMatchObject({ ok: false, code });
  });

  it('never show the credentials they refuse', () => {
    const read = readBrokerAddress('mqtt://me:hunter2@host');
    expect(read.ok ? '' : read.message).not.toContain('hunter2');
    const unknown = readBrokerAddress('tcp://me:hunter2@host');
    expect(unknown.ok ? '' : unknown.message).not.toContain('hunter2');
  });
});

describe('addresses to listen on', () => {
  it.each([
    ['1884', '127.0.0.1', 1884],
    ['0', '127.0.0.1', 0],
    ['localhost:1884', 'localhost', 1884],
    ['[::1]:1884', '::1', 1884],
  ])('%s', (text, host, port) => {
    expect(readListenAddress(text)).toEqual({ ok: true, value: { host, port } });
  });

  it.each(['', 'a', ':1884', '::1:1884', 'a:65536', 'a:-1', 'a b:1'])('`%s` is refused', (text) => {
    expect(readListenAddress(text)).toMatchObject({ ok: false, code: 'listen-form' });
  });

  it('know which of them are of this machine only', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '192.168.1.1', '127.evil.com', 'localhost.evil.com'].some(isLoopback)).toBe(
      false,
    );
  });
});

describe('texts', () => {
  it('have the UTF-8 length that Node gives them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('show half a surrogate pair wherever it stands', () => {
    expect(['\ud83d', 'a\ude00', '\ude00\ud83d'].every(hasLoneSurrogate)).toBe(true);
    expect(['', 'é', '😀'].some(hasLoneSurrogate)).toBe(false);
  });

  it('in Base64 become the bytes that Node gives them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
      }),
    );
    expect(['a', 'a===', 'a=b=', 'ab-_', '===='].map(decodeBase64)).toEqual(Array(5).fill(undefined));
  });

  it('are near to what was meant, and to nothing else', () => {
    const names = ['keepAlive', 'clientId', 'cleanStart', 'will', 'tap'];
    expect(nearest('keep_alive', names)).toBe('keepAlive');
    expect(nearest('cilentId', names)).toBe('clientId');
    expect(nearest('wil', names)).toBe('will');
    expect(nearest('willDelay', ['will', 'willDelayInterval'])).toBe('willDelayInterval');
    expect(nearest('payload_x', ['payloadJson', 'payloadFile'])).toBeUndefined();
    expect(nearest('entirelyDifferent', names)).toBeUndefined();
    expect(nearest('x'.repeat(1000), names)).toBeUndefined();
  });
});
