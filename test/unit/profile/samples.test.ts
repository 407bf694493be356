import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { resolveProfile } from '../../../src/profile/resolve.ts';

const folder = new URL('../../../samples/', import.meta.url);
const files = readdirSync(folder).filter((name) => /\.mqtt\.(ya?ml|json)$/.test(name));
const read = (name: string) => parseProfileFile(readFileSync(new URL(name, folder), 'utf8'), name);

function profile(file: string, name: string): ConnectionProfile {
  const found = read(file).profiles.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`No profile ${name} in ${file}`);
  return found;
}

describe('the samples', () => {
  it.each(files)('%s has nothing wrong with it and offers every profile', (name) => {
    const { diagnostics, names } = read(name);
    expect(diagnostics).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
    expect(names.every(({ usable }) => usable)).toBe(true);
  });

  it.each(files)('%s means the same with a byte order mark and the line ends of Windows', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const windows = parseProfileFile(`\ufeff${text.replaceAll('\n', '\r\n')}`, name);
    expect(windows.diagnostics).toEqual([]);
    expect(windows.profiles).toEqual(read(name).profiles);
  });

  it.each(files)('%s needs no answers to connect', async (name) => {
    for (const each of read(name).profiles) {
      const resolved = await resolveProfile(each, (kind) => {
        throw new Error(`Asked for ${kind}`);
      });
      expect(resolved.ok).toBe(true);
    }
  });

  it('will-delay has the will of the story', () => {
    const demo = profile('will-delay.mqtt.yaml', 'demo');
    expect(demo).toMatchObject({
      broker: { kind: 'sandbox' },
      clientId: 'demo',
      protocolVersion: 5,
      sessionExpiryInterval: 10,
      will: {
        topic: 'offline',
        payload: { kind: 'text', text: "I'm offline" },
        qos: 1,
        retain: false,
        willDelayInterval: 5,
      },
    });
    const [rule, ...others] = read('will-delay.mqtt.yaml').sandbox.deny;
    expect([rule?.publish, rule?.then, others]).toEqual(['test', 'disconnect', []]);
  });

  it('will-delay tells the story in 3.1.1, where the session is kept', () => {
    expect(profile('will-delay.mqtt.yaml', 'demo-3.1.1')).toMatchObject({
      protocolVersion: 4,
      cleanStart: false,
      will: { topic: 'offline', willDelayInterval: undefined },
    });
  });

  it('presence says the same thing to the same retained topic in all three places', () => {
    const { will, afterConnect, beforeDisconnect } = profile('presence.mqtt.yaml', 'user');
    const states = [will, ...afterConnect, ...beforeDisconnect];
    expect(new Set(states.map((state) => state?.topic))).toHaveLength(1);
    expect(states.map((state) => state?.retain)).toEqual([true, true, true]);
  });

  it('keep-alive notices the loss within seconds', () => {
    expect(profile('keep-alive.mqtt.yaml', 'sensor')).toMatchObject({
      keepAliveSeconds: 4,
      will: { topic: 'sensor/lost' },
    });
  });
});
