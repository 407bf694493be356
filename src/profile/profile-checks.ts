/**
 * The checks of a whole profile: what single values cannot show. They run on a profile from the file, with every
 * variable taken for an `x`, and again when the variables are known.
 */
import type { StatementRef } from '../mqtt/packet.ts';
import {
  sharedSubscription,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from '../mqtt/topics.ts';
import { encodeUtf8, utf8Problem } from '../mqtt/utf8.ts';
import { decodeBase64 } from './base64.ts';
import { hostProblem, isLoopback } from './broker-address.ts';
import type { DiagnosticCode } from './checks.ts';
import type { ConnectionProfile, MessageSettings } from './model.ts';
import { rowAt } from './schema.ts';
import type { Path } from './settings.ts';
import { mapTexts } from './texts.ts';
import { hasLoneSurrogate, utf8Length } from './utf8.ts';

/** The longest string or binary data on the wire, in bytes (v5 1.5.4, 1.5.6). */
const WIRE_MAX = 65_535;
/** v3.1: a Client Identifier has 1 to 23 characters. */
const CLIENT_ID_MAX_3_1 = 23;

export interface Finding {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
}

type Check = (profile: ConnectionProfile) => Iterable<Finding>;

/** Everything wrong with a profile, in no particular order. */
export function checkProfile(profile: ConnectionProfile): readonly Finding[] {
  return CHECKS_OF_PROFILES.flatMap((check) => [...check(profile)]);
}

const CHECKS_OF_PROFILES: readonly Check[] = [
  checkTexts,
  checkBroker,
  checkClientId,
  checkCredentials,
  checkSession,
  checkWill,
  checkMessages,
  checkSubscriptions,
  checkTls,
  checkTap,
];

/** `v5 [MQTT-3.1.3-9]`, or a section: `v5 3.1.2.4`. */
const cite = ({ version, id }: StatementRef): string => {
  const standard = version === 5 ? 'v5' : version === 4 ? 'v3.1.1' : 'v3.1';
  return id.startsWith('MQTT-') ? `${standard} [${id}]` : `${standard} ${id}`;
};

/** Every text that goes onto the wire must fit there, and those that are UTF-8 strings must be such. */
function checkTexts(profile: ConnectionProfile): readonly Finding[] {
  const findings: Finding[] = [];
  mapTexts(profile, (text, path) => {
    const use = wireUse(path);
    if (use === undefined) return text;
    const last = String(path.findLast((step) => typeof step === 'string'));
    const bytes = utf8Length(text);
    if (bytes > WIRE_MAX) {
      findings.push({
        code: 'text-too-long',
        path,
        message: `\`${last}\` takes ${bytes} bytes, and the wire carries at most ${WIRE_MAX}. Shorten it.`,
      });
    }
    if (hasLoneSurrogate(text) || (use === 'utf8' && text.includes('\0'))) {
      findings.push({
        code: 'text-not-utf8',
        path,
        message: `\`${last}\` holds ${hasLoneSurrogate(text) ? 'half a surrogate pair' : 'U+0000'}, which a UTF-8 string must not (v5 [MQTT-1.5.4-${hasLoneSurrogate(text) ? 1 : 2}]). Remove it${use === 'utf8' ? '' : ', or give the bytes in Base64'}.`,
      });
    }
    return text;
  });
  return findings;
}

/** How a text goes onto the wire, as the table says; undefined when it does not, or has checks of its own. */
function wireUse(path: Path): 'utf8' | 'binary' | undefined {
  const type = rowAt(path)?.type;
  if (type?.kind === 'userProperties') return 'utf8';
  if (type?.kind === 'object') return 'binary';
  return type?.kind === 'text' && (type.role === 'utf8' || type.role === 'binary') ? type.role : undefined;
}

function* checkBroker({ broker, reconnect }: ConnectionProfile): Iterable<Finding> {
  if (broker.kind === 'network') {
    const problem = hostProblem(broker.host);
    if (problem !== undefined) yield { code: 'broker-host', path: ['broker'], message: problem };
  }
  if (reconnect !== undefined && reconnect.atMostMs < reconnect.afterMs) {
    yield {
      code: 'reconnect-order',
      path: ['reconnect', 'atMost'],
      message: '`atMost` is shorter than `after`. Make it as long or longer.',
    };
  }
}

function* checkClientId({ clientId, cleanStart, protocolVersion }: ConnectionProfile): Iterable<Finding> {
  const path = ['clientId'];
  if (clientId === '' && protocolVersion === 3) {
    yield {
      code: 'client-id-empty',
      path,
      message:
        'MQTT 3.1 does not let the Server choose the Client Identifier. Set `clientId` (1 to 23 characters), or use 3.1.1 or 5.',
    };
  }
  if (clientId === '' && protocolVersion === 4 && !cleanStart) {
    yield {
      code: 'client-id-empty',
      path,
      message:
        'A Session that is to be kept needs a name: with an empty `clientId`, 3.1.1 demands a clean session (v3.1.1 [MQTT-3.1.3-7]). Set `clientId`, or `cleanStart: true`.',
    };
  }
  const bytes = utf8Length(clientId);
  if (protocolVersion === 3 && bytes > CLIENT_ID_MAX_3_1) {
    yield {
      code: 'client-id-too-long',
      path,
      message: `\`clientId\` takes ${bytes} bytes, and MQTT 3.1 allows ${CLIENT_ID_MAX_3_1}. Shorten it, or use 3.1.1 or 5.`,
    };
  }
}

function* checkCredentials({ username, password, protocolVersion }: ConnectionProfile): Iterable<Finding> {
  if (password !== undefined && username === undefined && protocolVersion !== 5) {
    yield {
      code: 'password-without-username',
      path: ['password'],
      message:
        'Before MQTT 5.0 a password needs a user name (v3.1.1 [MQTT-3.1.2-22]). Set `username`, or use `protocolVersion: 5`.',
    };
  }
}

function* checkSession(profile: ConnectionProfile): Iterable<Finding> {
  if (profile.protocolVersion !== 5) return;
  if (!profile.cleanStart && profile.sessionExpiryInterval === undefined) {
    yield {
      code: 'session-ends-with-connection',
      path: ['cleanStart'],
      message:
        '`cleanStart: false` asks for the old Session, but without `sessionExpiryInterval` each Session ends with its connection (v5 3.1.2.11.2). Set for example `sessionExpiryInterval: 1h`.',
    };
  }
}

function* checkWill(profile: ConnectionProfile): Iterable<Finding> {
  const { will } = profile;
  if (will === undefined) return;
  const topic = topicNameProblem(will.topic, profile.protocolVersion);
  if (topic?.code === 'wildcard-in-name') {
    yield {
      code: 'will-topic-wildcard',
      path: ['will', 'topic'],
      message: `A will is published to one topic, and \`${will.topic}\` has a wildcard (${cite(topic.statement)}). Name one topic, for example \`${withoutWildcards(will.topic)}\`.`,
    };
  } else if (topic !== undefined) {
    yield {
      code: 'will-topic-invalid',
      path: ['will', 'topic'],
      message: topicMessage('The topic of the will', topic),
    };
  }
  const payload = payloadBytes(will);
  if (payload !== undefined && payload.length > WIRE_MAX) {
    yield {
      code: 'will-payload-too-large',
      path: ['will', 'payload'],
      message: `The payload of the will takes ${payload.length} bytes, and a will carries at most ${WIRE_MAX} (v5 3.1.3.4). Shorten it.`,
    };
  }
  const { willDelayInterval = 0 } = will;
  if (willDelayInterval > 0 && (profile.sessionExpiryInterval ?? 0) === 0) {
    yield {
      code: 'will-delay-no-effect',
      path: ['will', 'willDelayInterval'],
      message: `The will is published when the Session ends, and without \`sessionExpiryInterval\` that is when the connection closes: the delay has no effect (v5 [MQTT-3.1.3-9]). Set \`sessionExpiryInterval\` to ${willDelayInterval + 1}s or more.`,
    };
  }
  yield* checkPayloadAndReply(will, ['will']);
}

const withoutWildcards = (topic: string): string => topic.replaceAll(/[+#]+/g, 'x');

const topicMessage = (what: string, problem: TopicProblem): string =>
  `${what} is not valid (${cite(problem.statement)}). ${problem.message}`;

function* checkMessages(profile: ConnectionProfile): Iterable<Finding> {
  for (const key of ['afterConnect', 'beforeDisconnect'] as const) {
    for (const [index, message] of profile[key].entries()) {
      const problem = topicNameProblem(message.topic, profile.protocolVersion);
      if (problem !== undefined) {
        yield {
          code: problem.code === 'wildcard-in-name' ? 'topic-wildcard' : 'topic-invalid',
          path: [key, index, 'topic'],
          message: topicMessage('The topic to publish to', problem),
        };
      }
      yield* checkPayloadAndReply(message, [key, index]);
    }
  }
}

function* checkPayloadAndReply(message: MessageSettings, path: Path): Iterable<Finding> {
  if (message.responseTopic !== undefined) {
    const problem = topicNameProblem(message.responseTopic);
    if (problem !== undefined) {
      yield {
        code: problem.code === 'wildcard-in-name' ? 'topic-wildcard' : 'topic-invalid',
        path: [...path, 'responseTopic'],
        message: topicMessage('The response topic', problem),
      };
    }
  }
  const { correlationData, payload } = message;
  if (correlationData?.kind === 'base64') {
    const bytes = decodeBase64(correlationData.base64)?.length ?? 0;
    if (bytes > WIRE_MAX) {
      yield {
        code: 'text-too-long',
        path: [...path, 'correlationData'],
        message: `\`correlationData\` takes ${bytes} bytes, and the wire carries at most ${WIRE_MAX}. Shorten it.`,
      };
    }
  }
  if (payload.kind === 'text' && hasLoneSurrogate(payload.text)) {
    yield {
      code: 'text-not-utf8',
      path: [...path, 'payload'],
      message:
        'The payload holds half a surrogate pair, which UTF-8 cannot carry. Remove it, or use `payloadBase64`.',
    };
  }
  if (
    message.payloadFormatIndicator === 'utf8' &&
    payload.kind === 'base64' &&
    !isUtf8(payloadBytes(message))
  ) {
    yield {
      code: 'payload-not-utf8',
      path: [...path, 'payload'],
      message:
        '`payloadFormatIndicator: utf8` promises UTF-8 text, and these bytes are none (v5 3.1.3.2.3, 3.3.2.3.2). Write `payloadFormatIndicator: bytes`, or change the payload.',
    };
  }
}

function payloadBytes({ payload }: MessageSettings): Uint8Array | undefined {
  if (payload.kind === 'file') return undefined;
  return payload.kind === 'text' ? encodeUtf8(payload.text) : decodeBase64(payload.base64);
}

/** U+0000 is a character like any other in a payload. */
function isUtf8(bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return true;
  let start = 0;
  for (;;) {
    const problem = utf8Problem(bytes, start, bytes.length);
    if (problem === undefined) return true;
    if (problem.kind === 'ill-formed') return false;
    start = problem.offset + 1;
  }
}

function* checkSubscriptions(profile: ConnectionProfile): Iterable<Finding> {
  for (const [index, subscription] of profile.subscriptions.entries()) {
    const { topicFilter } = subscription;
    const problem = topicFilterProblem(topicFilter, profile.protocolVersion);
    if (problem !== undefined) {
      yield {
        code: 'topic-filter-invalid',
        path: ['subscriptions', index, 'topicFilter'],
        message: topicMessage(`The topic filter \`${shorten(topicFilter)}\``, problem),
      };
    } else if (subscription.noLocal && sharedSubscription(topicFilter) !== undefined) {
      yield {
        code: 'shared-no-local',
        path: ['subscriptions', index, 'noLocal'],
        message:
          'A shared subscription must not have No Local; the Server would close the connection (v5 [MQTT-3.8.3-4]). Remove `noLocal`.',
      };
    }
  }
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

function* checkTls({ broker, tls }: ConnectionProfile): Iterable<Finding> {
  if (tls === undefined) return;
  const scheme = broker.kind === 'network' ? broker.scheme : broker.kind;
  if (scheme !== 'mqtts' && scheme !== 'wss') {
    const next =
      scheme === 'sandbox'
        ? 'Remove it, or connect to an `mqtts` address.'
        : `Write \`${scheme === 'ws' ? 'wss' : 'mqtts'}://\` in \`broker\`, or remove it.`;
    yield {
      code: 'tls-unused',
      path: ['tls'],
      message: `\`tls\` has no effect, because the connection to \`${scheme}\` is not encrypted. ${next}`,
    };
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const [has, lacks] = tls.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    yield {
      code: 'tls-pair',
      path: ['tls', has],
      message: `\`${has}\` does nothing without \`${lacks}\`. Set both, or none.`,
    };
  }
}

function* checkTap({ broker, tap }: ConnectionProfile): Iterable<Finding> {
  if (tap === undefined) return;
  const { host, port } = tap.listen;
  const path = ['tap', 'listen'];
  if (!isLoopback(host)) {
    yield {
      code: 'tap-not-loopback',
      path,
      message: `The tap would listen on ${host}, which other machines can reach. Write \`127.0.0.1:${port}\` unless they are meant to.`,
    };
  }
  if (
    broker.kind === 'network' &&
    broker.port === port &&
    (broker.host === host || (isLoopback(broker.host) && isLoopback(host)))
  ) {
    yield {
      code: 'tap-loop',
      path,
      message: 'The tap would forward to itself: it listens where `broker` is. Choose another port.',
    };
  }
}
