/** What captures are made from: real ones, and conversations that are made up of every kind of packet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Endpoints } from '../../../src/mqtt/network-connection.ts';
import {
  type Packet,
  type Property,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
} from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { type IpPacket, packetsOf } from '../../unit/capture/frames.ts';
import { Recording, save } from '../../unit/capture/support.ts';
import { connect, publish } from '../../unit/trace/support.ts';
import type { Dice } from './dice.ts';

const fixtures = ['loopback.pcap', 'fragments.pcap', 'websocket.pcapng', 'compressed.pcap'] as const;
/** In conversations that are made up. */
export const secrets = ['Zq7wXkPv9LmT', 'Kx4gVyNb2RhJ'] as const;
const [PASSWORD, AUTHENTICATION] = secrets;
const text = new TextEncoder();
const startMs = Date.UTC(2026, 2, 2, 12);

export function sourceOf(dice: Dice): readonly IpPacket[] {
  if (dice.chance(25)) {
    return packetsOf(readFileSync(join('test', 'fixtures', 'captures', dice.of(fixtures))));
  }
  return conversations(dice);
}

const authentication: readonly Property[] = [
  { kind: 'string', id: PROPERTY.authenticationMethod, value: 'SCRAM' },
  { kind: 'bytes', id: PROPERTY.authenticationData, value: text.encode(AUTHENTICATION) },
];

/** A few connections at a time, each a client that says what it likes and a server that answers some of it. */
function conversations(dice: Dice): readonly IpPacket[] {
  const recording = new Recording();
  const { recorder } = recording;
  let nowMs = startMs;
  const speakers: (() => boolean)[] = [];
  const count = 1 + dice.upTo(4);
  for (let index = 0; index < count; index += 1) {
    const version = dice.of<ProtocolVersion>([3, 4, 5]);
    const wide = dice.chance(40);
    const endpoints: Endpoints = {
      client: { address: wide ? '2001:db8::1' : '10.0.0.1', port: 50_000 + index },
      server: { address: wide ? '2001:db8::2' : '10.0.0.2', port: dice.of([1883, 1884, 8000]) },
      carrier: 'tcp',
    };
    let id = 0;
    let said = 0;
    const length = 3 + dice.upTo(25);
    const end = dice.of(['fin', 'reset', 'open'] as const);
    speakers.push(() => {
      nowMs += dice.upTo(400) / 8;
      said += 1;
      if (said === 1) {
        id = recorder.opened(nowMs, { server: 'localhost:1883', tap: 'listener', endpoints });
        return true;
      }
      if (said === 2) {
        const will = {
          topic: 'gone',
          payload: dice.bytes(5),
          qos: 1,
          retain: false,
          properties: [],
        } as const;
        const password = dice.chance(50) ? { userName: 'ann', password: text.encode(PASSWORD) } : {};
        const properties = version === 5 && dice.chance(50) ? authentication : [];
        const changes = {
          version,
          clientId: `c${index}`,
          properties,
          ...(dice.chance(50) ? { will } : {}),
          ...password,
        };
        recorder.bytes(nowMs, id, TO_SERVER, encodePacket(connect(changes), version));
        return true;
      }
      if (said === 3) {
        recorder.bytes(
          nowMs,
          id,
          TO_CLIENT,
          Uint8Array.from(version === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]),
        );
        return true;
      }
      if (said < length) {
        const direction = dice.chance(60) ? TO_SERVER : TO_CLIENT;
        // Several packets may share a segment.
        const packets = Array.from({ length: 1 + dice.upTo(3) }, () =>
          encodePacket(packetOf(dice, direction === TO_SERVER, version), version),
        );
        recorder.bytes(nowMs, id, direction, Buffer.concat(packets));
        return true;
      }
      if (end !== 'open') {
        if (end === 'fin' && dice.chance(50)) {
          recorder.bytes(nowMs, id, TO_SERVER, Uint8Array.of(0xe0, 0));
        }
        recorder.closed(nowMs, id, { by: dice.of(['client', 'server'] as const), how: end });
      }
      return false;
    });
  }
  while (speakers.length > 0) {
    const at = dice.upTo(speakers.length);
    if (speakers[at]?.() !== true) speakers.splice(at, 1);
  }
  return packetsOf(save(recording.records(), nowMs, { mask: false }));
}

function packetOf(dice: Dice, fromClient: boolean, version: ProtocolVersion): Packet {
  if (version === 5 && dice.chance(8)) return { type: 'auth', reasonCode: 0x18, properties: authentication };
  const packetId = 1 + dice.upTo(500);
  const sizes = [0, 1, 5, 100, 1400, 3000, ...(dice.chance(5) ? [70_000] : [])] as const;
  const qos = dice.of([0, 0, 0, 1, 2] as const);
  const payload = dice.bytes(dice.of([0, ...sizes]));
  const said = publish({ topic: dice.of(['a', 'a/b', 'state/é']), qos, retain: dice.chance(20), payload });
  const message: Packet = qos === 0 ? said : { ...said, packetId };
  const ack: Packet = {
    type: dice.of(['puback', 'pubrec', 'pubcomp'] as const),
    packetId,
    reasonCode: 0,
    properties: [],
  };
  if (!fromClient) {
    return dice.of<Packet>([
      message,
      message,
      ack,
      { type: 'pingresp' },
      { type: 'suback', packetId, properties: [], reasonCodes: [1] },
    ]);
  }
  const subscriptions = [
    { topicFilter: 'a/#', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
  ] as const;
  return dice.of<Packet>([
    message,
    message,
    ack,
    { type: 'pingreq' },
    { type: 'subscribe', packetId, properties: [], subscriptions },
    { type: 'unsubscribe', packetId, properties: [], topicFilters: ['a/#', 'b'] },
  ]);
}
