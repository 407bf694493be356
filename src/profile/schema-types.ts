/** The shape of the table of keys in schema.ts: what a value may be, and what is told about it. */
import type { ProtocolVersion } from '../mqtt/packet.ts';

/** A fixed set of keys that stands somewhere in a profile file. */
export type ObjectName =
  | 'file'
  | 'profile'
  | 'tls'
  | 'reconnect'
  | 'will'
  | 'message'
  | 'correlationData'
  | 'subscription'
  | 'tap'
  | 'tapRule'
  | 'tapFault'
  | 'tapFreeze'
  | 'tapDelay'
  | 'tapLimit'
  | 'tapRefuse'
  | 'tapCondition'
  | 'tapConnections'
  | 'sandbox'
  | 'deny'
  | 'allow'
  | 'user'
  | 'scenario'
  | 'step'
  | StepPart;

/** What stands behind the key of a step. */
export type StepPart =
  | 'connectStep'
  | 'publishStep'
  | 'subscribeStep'
  | 'unsubscribeStep'
  | 'disconnectStep'
  | 'faultStep'
  | 'freezeStep'
  | 'thawStep'
  | 'delayStep'
  | 'limitStep'
  | 'refuseStep'
  | 'faultCondition'
  | 'connectionCondition'
  | 'expectConnect'
  | 'expectWill'
  | 'expectNoWill'
  | 'expectSession'
  | 'expectClosed'
  | 'expectMessage'
  | 'expectNoMessage'
  | 'expectInsight'
  | 'expectNoInsight';

export interface Choice {
  readonly word: string;
  readonly value: string | number;
  readonly help: string;
}

/**
 * What a text is used for, which decides the rules it must keep. `utf8` goes onto the wire as a UTF-8 Encoded String
 * (at most 65,535 bytes, no U+0000), `binary` as Binary Data (at most 65,535 bytes), `payload` as a payload; `topic` is
 * a Topic Name or Topic Filter, which has rules of its own; `plain` is not sent.
 */
export type TextRole = 'plain' | 'utf8' | 'topic' | 'binary' | 'payload';

export type ValueType =
  /** `names`: the text is the name of a profile of the same file. */
  | { readonly kind: 'text'; readonly role: TextRole; readonly variables?: true; readonly names?: 'profile' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly unit?: string }
  | { readonly kind: 'boolean' }
  /** `unit` is what the value is kept in. The wire carries whole seconds. */
  | {
      readonly kind: 'duration';
      readonly unit: 's' | 'ms';
      readonly min: number;
      readonly max: number;
      /** The value that the word `never` stands for. */
      readonly never?: number;
    }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  | { readonly kind: 'broker' }
  | { readonly kind: 'listen' }
  | { readonly kind: 'userProperties' }
  | { readonly kind: 'json' }
  | { readonly kind: 'base64' }
  /** A map with the keys of `of`, or `word` in its place, or a text where `orText` is set, for `profile` the name of one. */
  | {
      readonly kind: 'object';
      readonly of: ObjectName;
      readonly orWord?: 'never';
      readonly orText?: true | 'profile';
    }
  /** `choices`: each text is one of these words. */
  | {
      readonly kind: 'list';
      readonly of: ObjectName | 'text';
      readonly max: number;
      readonly choices?: readonly Choice[];
    }
  /** A map whose keys the user chooses. */
  | { readonly kind: 'named'; readonly of: ObjectName; readonly max: number }
  /** Not looked into here. */
  | { readonly kind: 'anything' };

/** One row of the table of keys. */
export interface KeyRow {
  /** The object that the key stands in. */
  readonly in: ObjectName;
  readonly key: string;
  readonly type: ValueType;
  readonly required?: true;
  /** What holds when the key is absent. Absent: nothing is sent, nothing is done. */
  readonly default?: string | number | boolean;
  /** MQTT versions it exists in. Absent: all. */
  readonly versions?: readonly ProtocolVersion[];
  /** Another name for this key of the same object, whose place it takes. */
  readonly sameAs?: string;
  /** At most one key of a group may be given. */
  readonly group?: 'payload' | 'session start' | 'action';
  /** Section of the MQTT 5.0 standard. */
  readonly v5?: string;
  /** Section of the MQTT 3.1.1 standard. */
  readonly v311?: string;
  /** One or two sentences: what it does. */
  readonly help: string;
  /** A value as it would be written in YAML, for the reference page. */
  readonly example?: string;
}
