/** What a payload is, beside what is said of it. */
import type { ConnectionProfile, MessageSettings } from '../model.ts';
import type { Path } from '../settings.ts';
import { type Finding, find, remove } from './finding.ts';

const JSON_TYPE = /^(?:application|text)\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
/** Longer payloads are not read again to look for JSON in them. */
const MAX_JSON_LENGTH = 100_000;

/** @param raw the profile with its variables */
export function* checkPayloads(raw: ConnectionProfile): Iterable<Finding> {
  const { will } = raw;
  if (will !== undefined) {
    yield* checkMessage(will, ['will']);
    if (will.retain && will.payload.kind === 'text' && will.payload.text === '') {
      yield find('will-clears-retained', ['will', 'retain']);
    }
    if (will.topic.startsWith('$') && !will.topic.startsWith('${') && !will.topic.startsWith('$${'))
      yield find('will-topic-dollar', ['will', 'topic']);
  }
  for (const key of ['afterConnect', 'beforeDisconnect'] as const) {
    for (const [index, message] of raw[key].entries()) yield* checkMessage(message, [key, index]);
  }
}

function* checkMessage(message: MessageSettings, path: Path): Iterable<Finding> {
  const { payload, contentType, correlationData, responseTopic } = message;
  if (
    contentType !== undefined &&
    JSON_TYPE.test(contentType) &&
    payload.kind === 'text' &&
    payload.json !== true
  ) {
    const problem = jsonProblem(payload.text);
    if (problem !== undefined) {
      yield find(
        'payload-not-json',
        [...path, 'payload'],
        { problem },
        {
          related: { path: [...path, 'contentType'], message: 'What it says to be.' },
        },
      );
    }
  }
  if (correlationData !== undefined && responseTopic === undefined) {
    const at = [...path, 'correlationData'];
    yield find('correlation-without-response', at, {}, { fixes: [remove(at)] });
  }
}

/** Undefined for JSON, and for what cannot be known before its variables are. */
function jsonProblem(text: string): string | undefined {
  if (text.includes('${') || text.length > MAX_JSON_LENGTH) return undefined;
  if (text === '') return 'it is empty';
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return /^[\s]*[{[]/.test(text)
      ? 'it begins like JSON and goes on differently'
      : 'texts in JSON stand in double quotes';
  }
}
