/**
 * What a capture of ours says beside the packets, so that reading it again gives the same trace: comments that begin with
 * a word of their own and go on as JSON. Other programs show them as comments.
 */

import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  Endpoint,
  RecordedAction,
} from '../../mqtt/network-connection.ts';
import type { Direction } from '../../mqtt/packet.ts';

/** Names the program in the head of a file, and says that its comments may be notes. */
export const APPLICATION = 'MQTT Session Debugger';

const MARK = 'mqtt-session ';
/** Names the field of a journal entry that holds a note. */
export const NOTE_FIELD = 'MQTT_SESSION';

/** `connection` is its id in the trace that was saved. */
export type Note =
  | {
      readonly note: 'opened';
      readonly connection: number;
      readonly info: ConnectionInfo;
      /** Where the capture shows it, when it shows no beginning. */
      readonly ends?: { readonly client: Endpoint; readonly server: Endpoint };
    }
  | { readonly note: 'closed'; readonly connection: number; readonly end: ConnectionEnd }
  | {
      readonly note: 'missed';
      readonly connection: number;
      readonly direction: Direction;
      readonly count: number;
      /** Bytes of the packet that follows. */
      readonly within?: boolean;
    }
  | { readonly note: 'action'; readonly action: RecordedAction; readonly target: ActionTarget };

export function noteText(note: Note): string {
  return MARK + JSON.stringify(note);
}

/** The note in a comment, or undefined when it is none, or not whole. What the JSON holds is checked by who uses it. */
export function parseNote(comment: string): Readonly<Record<string, unknown>> | undefined {
  if (!comment.startsWith(MARK)) return undefined;
  try {
    const parsed: unknown = JSON.parse(comment.slice(MARK.length));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
