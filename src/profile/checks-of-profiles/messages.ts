/** What is published and subscribed to: the will, messages, topic filters. */
import {
  sharedSubscription,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from '../../mqtt/topics.ts';
import { encodeUtf8, utf8Problem } from '../../mqtt/utf8.ts';
import { decodeBase64 } from '../base64.ts';
import type { ConnectionProfile, MessageSettings } from '../model.ts';
import type { Path } from '../settings.ts';
import { hasLoneSurrogate } from '../utf8.ts';
import { cite, type Finding, remove, set, WIRE_MAX } from './finding.ts';

export function* checkWill(profile: ConnectionProfile): Iterable<Finding> {
  const { will } = profile;
  if (will === undefined) return;
  const topic = topicNameProblem(will.topic, profile.protocolVersion);
  if (topic?.code === 'wildcard-in-name') {
    yield {
      code: 'will-topic-wildcard',
      path: ['will', 'topic'],
      message: `The topic of the will has a wildcard, and a will is published to one topic ${cite(topic.statement)}. Write it without \`+\` and \`#\`.`,
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
      message: `The payload of the will takes ${payload.length} bytes, and a will carries at most ${WIRE_MAX} ${cite({ version: 5, id: '3.1.3.4' })}. Shorten it.`,
    };
  }
  const { willDelayInterval = 0 } = will;
  if (willDelayInterval > 0 && (profile.sessionExpiryInterval ?? 0) === 0) {
    yield {
      code: 'will-delay-no-effect',
      path: ['will', 'willDelayInterval'],
      message: `The will is published when the Session ends, and without \`sessionExpiryInterval\` that is when the connection closes: the delay has no effect ${cite({ version: 5, id: 'MQTT-3.1.3-9' })}. Set \`sessionExpiryInterval\` to ${willDelayInterval + 1}s or more.`,
      fixes: [
        set(['sessionExpiryInterval'], `${willDelayInterval + 1}s`),
        remove(['will', 'willDelayInterval']),
      ],
    };
  }
  yield* checkPayloadAndReply(will, ['will']);
}

const topicMessage = (what: string, problem: TopicProblem): string =>
  `${what} is not valid ${cite(problem.statement)}. ${problem.message}`;

export function* checkMessages(profile: ConnectionProfile): Iterable<Finding> {
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

export function* checkPayloadAndReply(message: MessageSettings, path: Path): Iterable<Finding> {
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
      message: `\`payloadFormatIndicator: utf8\` promises UTF-8 text, and these bytes are none ${cite({ version: 5, id: '3.3.2.3.2' })}. Write \`payloadFormatIndicator: bytes\`, or change the payload.`,
      related: { path: [...path, 'payloadFormatIndicator'], message: 'What it says to be.' },
      fixes: [set([...path, 'payloadFormatIndicator'], 'bytes')],
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

export function* checkSubscriptions(profile: ConnectionProfile): Iterable<Finding> {
  for (const [index, subscription] of profile.subscriptions.entries()) {
    const { topicFilter } = subscription;
    const problem = topicFilterProblem(topicFilter, profile.protocolVersion);
    if (problem !== undefined) {
      yield {
        code: 'topic-filter-invalid',
        path: ['subscriptions', index, 'topicFilter'],
        message: topicMessage('The topic filter', problem),
      };
    } else if (subscription.noLocal && sharedSubscription(topicFilter) !== undefined) {
      yield {
        code: 'shared-no-local',
        path: ['subscriptions', index, 'noLocal'],
        message: `A shared subscription must not have No Local; the Server would close the connection ${cite({ version: 5, id: 'MQTT-3.8.3-4' })}. Remove \`noLocal\`.`,
        fixes: [remove(['subscriptions', index, 'noLocal'])],
      };
    }
  }
}
