/** Every way in which a client connection can fail, but for those that have tables of their own, by name. */
import type { Malformed } from '../../mqtt/packet.ts';
import type { TopicProblem } from '../../mqtt/topics.ts';
import { NetError } from './net-error.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;

/** The Server is named as the profile names it: `host:port`. */
export const netErrors = {
  noConnectionInTime: (server: string, timeoutMs: number) =>
    new NetError(
      'connect-timeout',
      `No connection to ${server} within ${seconds(timeoutMs)}.`,
      'Check the address and the firewall, or raise `connectTimeout`.',
    ),

  noConnackInTime: (server: string, timeoutMs: number) =>
    new NetError(
      'no-connack',
      `${server} accepted the connection, but sent no CONNACK within ${seconds(timeoutMs)}.`,
      'Check that an MQTT broker listens on this port: a TLS port (often 8883) needs `mqtts://`. Or raise `connectTimeout`.',
    ),

  closedBeforeConnack: (server: string, how: 'closed' | 'reset') =>
    new NetError(
      'closed-before-connack',
      `${server} ${how} the connection before it sent CONNACK.`,
      'Look into the log of the broker. It may refuse this protocol version, Client Identifier or address, or the port may be one for TLS (`mqtts://`).',
    ),

  speaksHttp: (server: string) =>
    new NetError(
      'server-speaks-http',
      `${server} answers in HTTP, not in MQTT.`,
      'Use the port of the broker (often 1883), or `ws://` if this one speaks MQTT over WebSocket.',
    ),

  speaksTls: (server: string) =>
    new NetError(
      'server-speaks-tls',
      `${server} expects TLS, but the profile connects without.`,
      'Use `mqtts://` (or `wss://`) in `broker`.',
    ),

  speaksOther: (server: string, malformed: Malformed) =>
    new NetError(
      'not-mqtt',
      `${server} does not answer in MQTT: ${malformed.message}`,
      'Check host and port in `broker`.',
    ),

  connackExpected: (server: string, packetType: string) =>
    new NetError(
      'connack-expected',
      `${server} sent ${packetType} before CONNACK, which must be its first packet.`,
      'The broker breaks v5 [MQTT-3.2.0-1]; the packet is in the timeline.',
    ),

  malformedPacket: (server: string, malformed: Malformed) =>
    new NetError(
      'malformed-packet',
      `${server} sent bytes that are no MQTT packet: ${malformed.message}`,
      'The connection was closed; the bytes are in the timeline.',
    ),

  protocolError: (server: string, detail: string) =>
    new NetError(
      'protocol-error',
      `${server} broke the protocol: ${detail}.`,
      'The connection was closed; its last packets are in the timeline.',
    ),

  packetTooLarge: (server: string, length: number, limit: number) =>
    new NetError(
      'packet-too-large',
      `${server} sent a packet of ${length} bytes; this client takes at most ${limit}.`,
      'The connection was closed. `maximumPacketSize` tells a 5.0 broker what the client takes.',
    ),

  authenticationUnsupported: (server: string) =>
    new NetError(
      'authentication-unsupported',
      `${server} asks for enhanced authentication (AUTH), which profiles cannot describe.`,
      'Use a listener of the broker that takes user name and password.',
    ),

  /** `lasting`: connecting again would only start a fight over the session. */
  disconnectedByServer: (server: string, reason: string, lasting: boolean) =>
    new NetError(
      'disconnected-by-server',
      `${server} ended the connection with DISCONNECT ${reason}.`,
      'Why tells what this means for the session and its will.',
      lasting,
    ),

  closedByServer: (server: string) =>
    new NetError(
      'closed-by-server',
      `${server} closed the connection without DISCONNECT.`,
      'Look into the log of the broker for the reason.',
    ),

  connectionReset: (server: string) =>
    new NetError(
      'ECONNRESET',
      `ECONNRESET at ${server}: the connection was cut by the other side.`,
      'Look into the log of the broker for the reason.',
    ),

  connectionFailed: (server: string, detail: string) =>
    new NetError(
      detail,
      `${detail} at ${server}: the connection failed.`,
      'Check the network, then Resume Session.',
    ),

  keepAliveUnanswered: (server: string, keepAliveSeconds: number) =>
    new NetError(
      'keep-alive-unanswered',
      `${server} did not answer PINGREQ within ${keepAliveSeconds} s, so the client closed the connection.`,
      'The broker, or the network to it, hangs.',
    ),

  cancelled: (server: string) =>
    new NetError('cancelled', `The connection attempt to ${server} was cancelled.`),

  endedHere: (client: string) =>
    new NetError(
      'connection-ended',
      `The connection of ${client} was ended here before the answer came.`,
      'Resume Session connects it again.',
    ),

  notConnected: (client: string) =>
    new NetError(
      'not-connected',
      `${client} is not connected.`,
      'Connect it, or Resume Session, and try again.',
    ),

  frozen: (client: string) =>
    new NetError(
      'client-frozen',
      `${client} is frozen and sends nothing.`,
      'Drop Connection, Close Without DISCONNECT or Resume Session end the freeze.',
    ),

  alreadyConnected: (client: string) =>
    new NetError(
      'already-connected',
      `${client} is connected already.`,
      'Disconnect or drop it first. Take Over connects a second client with the same identifier.',
    ),

  alreadyConnecting: (client: string) =>
    new NetError(
      'already-connecting',
      `${client} is connecting already.`,
      'Wait for it, or cancel the attempt.',
    ),

  notConnecting: (client: string) => new NetError('not-connecting', `${client} is not connecting.`),

  noReasonCode: (version: string) =>
    new NetError(
      'no-reason-code',
      `MQTT ${version} has no DISCONNECT with a Reason Code: it always removes the will.`,
      'Drop Connection or Close Without DISCONNECT leave the will in place.',
    ),

  noClientIdentifier: (client: string) =>
    new NetError(
      'no-client-identifier',
      `${client} has no Client Identifier of its own, so its session cannot be named.`,
      'Set `clientId`. With protocolVersion 5 the broker tells the identifier that it assigned; before, it does not.',
    ),

  invalidTopic: (topic: string, problem: TopicProblem) =>
    new NetError(
      'invalid-topic',
      `The topic "${topic}" is not valid: ${problem.message}`,
      'Change the topic.',
    ),

  fieldTooLong: (field: string, length: number) =>
    new NetError(
      'field-too-long',
      `${field} has ${length} bytes; MQTT carries at most 65535.`,
      'Shorten it in the profile.',
      true,
    ),

  fileUnreadable: (setting: string, path: string, reason: string) =>
    new NetError(
      'file-unreadable',
      `${path} (${setting}) cannot be read: ${reason}.`,
      'Paths are relative to the folder of the profile file.',
      true,
    ),

  noAnswerInTime: (server: string, packets: string, timeoutMs: number) =>
    new NetError(
      'no-answer',
      `${server} sent no ${packets} within ${seconds(timeoutMs)}.`,
      'The connection stays open; its packets are in the timeline.',
    ),

  subscriptionRefused: (server: string, filter: string, reason: string) =>
    new NetError(
      'subscription-refused',
      `${server} refused the subscription to "${filter}": ${reason}.`,
      'Check what the broker allows this user to read.',
    ),

  publishRefused: (server: string, topic: string, reason: string) =>
    new NetError(
      'publish-refused',
      `${server} refused the message to "${topic}": ${reason}.`,
      'Check what the broker allows this user to write.',
    ),
} as const;
