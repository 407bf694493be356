import { TO_CLIENT, TO_SERVER } from '../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import type { PacketRow } from './row.ts';
import { block, wire } from './wire.ts';

const plain = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

/** SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK. */
export const subscribeRows: readonly PacketRow[] = [
  {
    name: 'SUBSCRIBE of 5.0 with all options, a Subscription Identifier and a Shared Subscription',
    version: 5,
    direction: TO_SERVER,
    bytes: wire(
      ...[0x82, 0, 1],
      block(0x0b, 0xff, 0xff, 0xff, 0x7f, 0x26, 'a', 'b'),
      ...['a/+/#', 0b0010_1110, '$share/group/b', 0b0001_1001],
    ),
    packet: {
      type: 'subscribe',
      packetId: 1,
      properties: [
        { id: PROPERTY.subscriptionIdentifier, kind: 'number', value: 268_435_455 },
        { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: 'b' },
      ],
      subscriptions: [
        { topicFilter: 'a/+/#', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { topicFilter: '$share/group/b', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 1 },
      ],
    },
  },
  {
    name: 'SUBSCRIBE of 3.1.1 to two filters',
    version: 4,
    direction: TO_SERVER,
    bytes: wire(0x82, 0, 1, '#', 0, '$share//x', 2),
    packet: {
      type: 'subscribe',
      packetId: 1,
      properties: [],
      subscriptions: [
        { topicFilter: '#', qos: 0, ...plain },
        { topicFilter: '$share//x', qos: 2, ...plain },
      ],
    },
  },
  {
    name: 'SUBSCRIBE of 3.1, sent again, with bits that 3.1 does not use',
    version: 3,
    direction: TO_SERVER,
    bytes: wire(0x8a, 0, 1, 'a', 0xf1),
    shorter: wire(0x82, 0, 1, 'a', 1),
    packet: {
      type: 'subscribe',
      packetId: 1,
      properties: [],
      subscriptions: [{ topicFilter: 'a', qos: 1, ...plain }],
    },
  },
  {
    name: 'SUBACK of 5.0',
    version: 5,
    direction: TO_CLIENT,
    bytes: wire(0x90, 0, 1, block(0x1f, 'no'), 0, 1, 2, 0x87, 0xa2),
    packet: {
      type: 'suback',
      packetId: 1,
      properties: [{ id: PROPERTY.reasonString, kind: 'string', value: 'no' }],
      reasonCodes: [0, 1, 2, 0x87, 0xa2],
    },
  },
  {
    name: 'SUBACK of 3.1.1 with a failure',
    version: 4,
    direction: TO_CLIENT,
    bytes: wire(0x90, 0, 1, 2, 0x80),
    packet: { type: 'suback', packetId: 1, properties: [], reasonCodes: [2, 0x80] },
  },
  {
    name: 'UNSUBSCRIBE of 5.0',
    version: 5,
    direction: TO_SERVER,
    bytes: wire(0xa2, 0, 2, block(0x26, '', ''), 'a', 'b/#'),
    packet: {
      type: 'unsubscribe',
      packetId: 2,
      properties: [{ id: PROPERTY.userProperty, kind: 'pair', name: '', value: '' }],
      topicFilters: ['a', 'b/#'],
    },
  },
  {
    name: 'UNSUBSCRIBE of 3.1.1',
    version: 4,
    direction: TO_SERVER,
    bytes: wire(0xa2, 0, 2, 'a'),
    packet: { type: 'unsubscribe', packetId: 2, properties: [], topicFilters: ['a'] },
  },
  {
    name: 'UNSUBACK of 5.0',
    version: 5,
    direction: TO_CLIENT,
    bytes: wire(0xb0, 0, 2, 0, 0, 0x11),
    packet: { type: 'unsuback', packetId: 2, properties: [], reasonCodes: [0, 0x11] },
  },
  {
    name: 'UNSUBACK of 3.1.1, which has no payload',
    version: 4,
    direction: TO_CLIENT,
    bytes: wire(0xb0, 0, 2),
    packet: { type: 'unsuback', packetId: 2, properties: [], reasonCodes: [] },
  },
];
