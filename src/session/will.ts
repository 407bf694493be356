/** The will of one CONNECT. */
import type { WillMessage } from '../mqtt/packet.ts';
import { decodeUtf8 } from '../mqtt/utf8.ts';
import type { Viewable } from './changed.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { Fact, WillView } from './model.ts';
import type { Session } from './session.ts';
import { Timer } from './timers.ts';
import { limits } from './tolerances.ts';
import type { WillCase } from './will-case.ts';
import { markPayload, type PayloadMark, type WillTopic, type WillTopics } from './will-topics.ts';

/** A PUBLISH that a subscriber received and that may be a will. Its bytes are a copy. */
export interface ReceivedCopy {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: Connection;
  readonly bytes: Uint8Array;
}

/** Who takes a copy for that of another will where it does not turn out to be that of this one. */
export interface OtherUse {
  isIt(): void;
  isNot(): void;
}

/** A copy that waits for what may make it timely. */
export interface HeldCopy {
  readonly copy: ReceivedCopy;
  /** Undefined: there is no other will that may have left it. */
  readonly otherwise: OtherUse | undefined;
}

export class Will implements Viewable<WillView> {
  /** 0 for the will of a CONNECT that was not accepted: no view shows it. */
  readonly id: number;
  readonly connection: Connection;
  readonly client: Client;
  readonly session: Session | undefined;
  readonly message: WillMessage;
  /** Will Delay Interval in seconds. */
  readonly delay: number;
  readonly armedAtMs: number;
  readonly payloadMark: PayloadMark;
  readonly topic: WillTopic;
  state: WillView['state'] = 'armed';
  publishedAtMs: number | undefined = undefined;
  publishSeq: number | undefined = undefined;
  case: WillCase | undefined = undefined;
  /** The connection that resumed the Session and so cancelled it. */
  resumedBy: Connection | undefined = undefined;
  /** How many copies each Session has received, and since when. */
  readonly copies = new Map<number, { readonly count: number; readonly firstAtMs: number }>();
  firstCopyAtMs = Number.NaN;
  /** A copy that came too early and waits for what may explain it. */
  held: HeldCopy | undefined = undefined;
  /** The newest copy of its message that came while the connection was open, as a retained message or that of an ordinary PUBLISH. */
  earlierCopy: { readonly atMs: number; readonly told: Fact } | undefined = undefined;
  readonly heldTimer: Timer;
  readonly retireTimer: Timer;

  constructor(
    id: number,
    connection: Connection,
    client: Client,
    message: WillMessage,
    armedAtMs: number,
    topics: WillTopics,
    events: { readonly heldTooLong: (will: Will) => void; readonly retire: (will: Will) => void },
  ) {
    this.id = id;
    this.connection = connection;
    this.client = client;
    this.session = connection.session;
    this.message = message;
    this.delay = connection.connect?.willDelayInterval ?? 0;
    this.armedAtMs = armedAtMs;
    this.heldTimer = new Timer(() => events.heldTooLong(this));
    this.retireTimer = new Timer(() => events.retire(this));
    this.payloadMark = markPayload(message.payload, 0, message.payload.length);
    this.topic = topics.add(this);
  }

  view(): WillView {
    return {
      id: this.id,
      server: this.client.server.key,
      clientId: this.connection.clientId,
      connection: this.connection.id,
      session: this.session?.id ?? 0,
      connectSeq: this.connection.connect?.seq ?? 0,
      version: this.connection.version || 5,
      topic: this.message.topic,
      payloadPreview: previewOf(this.message.payload),
      payloadLength: this.message.payload.length,
      qos: this.message.qos,
      retain: this.message.retain,
      willDelayInterval: this.delay,
      armedAtMs: this.armedAtMs,
      state: this.state,
      dueAtMs: this.state === 'waiting' || this.state === 'due' ? this.case?.due?.atMs : undefined,
      foreseen: this.state === 'armed' ? this.connection.silence?.foreseen : undefined,
      publishedAtMs: this.publishedAtMs,
      publishSeq: this.publishSeq,
      expectation: this.case?.id,
    };
  }
}

/** As text when it is UTF-8, else as hexadecimal. */
function previewOf(payload: Uint8Array): string {
  const { previewCharacters } = limits;
  // A character takes at most four bytes; more need not be looked at.
  const text = decodeUtf8(payload, 0, Math.min(payload.length, previewCharacters * 4));
  if (text !== undefined) return text.slice(0, previewCharacters);
  const whole = decodeUtf8(payload, 0, payload.length);
  if (whole !== undefined) return whole.slice(0, previewCharacters);
  let hex = '';
  for (let index = 0; index < payload.length && hex.length < previewCharacters; index += 1) {
    hex += (payload[index] ?? 0).toString(16).padStart(2, '0');
  }
  return hex;
}
