import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importConnections } from '../../../src/profile/import/import.ts';
import { mosquittoLine } from '../../../src/profile/import/mosquitto-command.ts';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

function profileOf(settings: string): ConnectionProfile {
  const { profiles, diagnostics } = parseProfileFile(
    `version: 1\nprofiles:\n  p:\n${settings.replace(/^/gm, '    ')}\n`,
    'x.mqtt.yaml',
  );
  const [profile] = profiles;
  if (profile === undefined) throw new Error(JSON.stringify(diagnostics));
  return profile;
}

const delayed = `broker: mqtt://broker:1884
clientId: demo
username: ann
password: \${secret:ann}
cleanStart: false
keepAlive: 30s
sessionExpiryInterval: 10s
will: { topic: offline, payload: "I'm offline", qos: 1, willDelayInterval: 5s }
subscriptions:
  - { topicFilter: user/status/+, qos: 1 }
  - { topicFilter: "a b/#", qos: 1 }`;

describe('a profile as a command line', () => {
  test('of mosquitto_sub', () => {
    expect(mosquittoLine('mosquitto_sub', profileOf(delayed)).command).toBe(
      "mosquitto_sub -h broker -p 1884 -V mqttv5 -i demo -u ann -P '<secret:ann>' -k 30 -c -x 10 " +
        "--will-topic offline --will-payload 'I'\\''m offline' --will-qos 1 -D will will-delay-interval 5 " +
        "-t user/status/+ -t 'a b/#' -q 1",
    );
  });

  test('of mosquitto_pub, with the birth message', () => {
    const profile = profileOf(
      'broker: mqtts://h\nprotocolVersion: 3.1.1\ntls: { ca: ca.pem }\nafterConnect:\n  - { topic: on, payload: "$(rm -rf)", qos: 1, retain: true }',
    );
    expect(mosquittoLine('mosquitto_pub', profile).command).toBe(
      "mosquitto_pub -h h -p 8883 --cafile ca.pem -V mqttv311 -k 60 -t on -m '$(rm -rf)' -q 1 -r",
    );
  });

  test('names an environment variable, and puts placeholders for what must be asked', () => {
    const profile = profileOf(
      `broker: mqtt://h\nclientId: "\${input:Who?}"\nusername: "u-\${env:USER}"\npassword: "\${env:PW}"\nwill: { topic: "gone/\${username}" }`,
    );
    const { command, notes } = mosquittoLine('mosquitto_sub', profile);
    expect(command).toContain(`-i '<input:Who?>' -u u-"\${USER}" -P "\${PW}"`);
    expect(command).toContain(`--will-topic gone/u-"\${USER}"`);
    expect(notes.some((note) => note.includes('<input:Who?>'))).toBe(true);
  });

  test('says what the command does not do', () => {
    const profile = profileOf(
      'broker: sandbox\nsubscriptions: [{ topicFilter: a, noLocal: true }]\nbeforeDisconnect: [{ topic: b }]',
    );
    const { command, notes } = mosquittoLine('mosquitto_sub', profile, 40_123);
    expect(command).toContain('-h 127.0.0.1 -p 40123');
    expect(notes.join()).toMatch(/beforeDisconnect.*noLocal/);
  });

  test('of a kept session without expiry sends 0, as the profile does', () => {
    const profile = profileOf('broker: mqtt://h\nclientId: a\ncleanStart: false');
    expect(mosquittoLine('mosquitto_sub', profile).command).toContain('-c -x 0');
  });
});

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/[+#$\p{Cc}]|^-/u.test(text));

test('what was copied and imported again is the same connection', () => {
  fc.assert(
    fc.property(
      word,
      word,
      word,
      fc.integer({ min: 0, max: 65_535 }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.constantFrom(0, 1, 2),
      (clientId, topic, payload, keepAlive, expiry, qos) => {
        const text = JSON.stringify({
          version: 1,
          profiles: {
            p: {
              broker: 'mqtt://h',
              clientId,
              keepAlive,
              sessionExpiryInterval: expiry,
              cleanStart: false,
              username: payload,
              will: {
                topic,
                payload,
                qos,
                retain: true,
                willDelayInterval: 7,
                userProperties: { [payload]: topic },
              },
              subscriptions: [{ topicFilter: topic, qos }],
            },
          },
        });
        const before = parseProfileFile(text, 'x.mqtt.json').profiles[0];
        if (before === undefined) throw new Error('no profile');
        const imported = importConnections(mosquittoLine('mosquitto_sub', before).command);
        if (!imported.ok) throw new Error(imported.message);
        const after = parseProfileFile(imported.text, 'x.mqtt.yaml').profiles[0];
        expect({ ...after, name: 'p' }).toEqual(before);
      },
    ),
    { numRuns: 100 },
  );
});
