/** Tells by their first bytes what connections carry: MQTT, a WebSocket, or something else. */
import { TO_SERVER } from '../../mqtt/packet.ts';
import { FAULT, INCOMPLETE, PacketBorder } from '../../mqtt/packet-border.ts';
import { packetTypeNumber } from '../../mqtt/packet-types.ts';

export type Beginning = 'mqtt' | 'websocket' | 'tls' | 'other' | 'more';

const GET = [0x47, 0x45, 0x54, 0x20];
const TLS_HANDSHAKE = 0x16;
const END_OF_HEAD = '\r\n\r\n';
const ANSWERED = /^HTTP\/1\.1 101[ \r]/;
const ASKS_FOR_WEB_SOCKET = /\r\nupgrade:[ \t]*websocket/i;
/** `mqtt`, and what came before that name (`mqttv3.1`). */
const SPEAKS_MQTT = /\r\nsec-websocket-protocol:[^\r]*\bmqtt/i;

/** What a Client's first bytes begin. */
export function beginningOf(bytes: Uint8Array): Beginning {
  if (bytes.length === 0) return 'more';
  if (GET.every((letter, at) => bytes[at] === letter || at >= bytes.length)) {
    const head = httpHead(bytes);
    if (head === undefined) return 'more';
    return ASKS_FOR_WEB_SOCKET.test(head.text) && SPEAKS_MQTT.test(head.text) ? 'websocket' : 'other';
  }
  if (bytes[0] === TLS_HANDSHAKE && (bytes.length < 2 || bytes[1] === 3))
    return bytes.length < 2 ? 'more' : 'tls';
  const total = new PacketBorder(TO_SERVER, { version: undefined }).totalLength(bytes, 0, bytes.length);
  if (total === FAULT) return 'other';
  return total === INCOMPLETE ? 'more' : 'mqtt';
}

export interface HttpHead {
  readonly text: string;
  /** Where what follows begins. */
  readonly end: number;
}

/** The head of a request or an answer; undefined while its end has not come. */
export function httpHead(bytes: Uint8Array): HttpHead | undefined {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
    if (byte === 0x0a && text.endsWith(END_OF_HEAD)) return { text, end: text.length };
  }
  return undefined;
}

/** Whether a Server's answer opens a WebSocket. */
export function opensWebSocket({ text }: HttpHead): boolean {
  return ANSWERED.test(text);
}

/** Types that only one side sends. */
const fromClient = new Set(
  (['connect', 'subscribe', 'unsubscribe', 'pingreq'] as const).map(packetTypeNumber),
);
const fromServer = new Set((['connack', 'suback', 'unsuback', 'pingresp'] as const).map(packetTypeNumber));

/** Who sends such a packet, if only one side does. */
export function senderOf(firstByte: number): 'client' | 'server' | undefined {
  const type = firstByte >> 4;
  if (fromClient.has(type)) return 'client';
  return fromServer.has(type) ? 'server' : undefined;
}
