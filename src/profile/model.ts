/**
 * A connection profile as the rest of the program uses it: checked, merged with `defaults` and `extends`, durations in
 * their unit. What the file may say is in docs/profiles.md, made from the table of keys in schema.ts.
 */
import type { ProtocolVersion, QoS } from '../mqtt/packet.ts';
import type { FaultRule } from './fault-rules.ts';
import type { DeviationName } from './keys/deviation-rows.ts';
import type { GivenServerSettings } from './sandbox-limits.ts';

/** Where a profile connects to. `sandbox` is the broker inside the extension. */
export type BrokerAddress =
  | { readonly kind: 'sandbox' }
  | {
      readonly kind: 'network';
      readonly scheme: 'mqtt' | 'mqtts' | 'ws' | 'wss';
      readonly host: string;
      readonly port: number;
      /** Only for ws and wss. */
      readonly path: string;
    };

export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
  readonly alpn?: readonly string[] | undefined;
  readonly rejectUnauthorized: boolean;
}

export type UserProperties = readonly (readonly [name: string, value: string])[];

/** The settings that a Will Message and a PUBLISH share. */
export interface MessageSettings {
  readonly topic: string;
  /** `file` is a path relative to the profile file, read when connecting. Text may hold variables. */
  readonly payload: /** `json`: the text is JSON, so what takes the place of a variable in it is escaped. */
    | { readonly kind: 'text'; readonly text: string; readonly json?: true | undefined }
    | { readonly kind: 'base64'; readonly base64: string }
    | { readonly kind: 'file'; readonly path: string };
  readonly qos: QoS;
  readonly retain: boolean;
  /** In seconds. */
  readonly messageExpiryInterval?: number | undefined;
  readonly payloadFormatIndicator?: 'utf8' | 'bytes' | undefined;
  readonly contentType?: string | undefined;
  readonly responseTopic?: string | undefined;
  readonly correlationData?:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'base64'; readonly base64: string }
    | undefined;
  readonly userProperties: UserProperties;
}

export interface WillSettings extends MessageSettings {
  /** In seconds. */
  readonly willDelayInterval?: number | undefined;
}

export interface SubscriptionSettings {
  readonly topicFilter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

/** One profile. Strings may still hold variables (`${secret:demo}`) until `resolveProfile` has replaced them. */
export interface ConnectionProfile {
  readonly name: string;
  readonly description?: string | undefined;
  readonly broker: BrokerAddress;
  readonly tls?: TlsSettings | undefined;
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly connectTimeoutMs: number;
  readonly reconnect?: { readonly afterMs: number; readonly atMostMs: number } | undefined;
  /** In seconds; 0xFFFFFFFF is `never`; undefined is absent on the wire. */
  readonly sessionExpiryInterval?: number | undefined;
  readonly receiveMaximum?: number | undefined;
  readonly maximumPacketSize?: number | undefined;
  readonly topicAliasMaximum?: number | undefined;
  readonly requestResponseInformation?: boolean | undefined;
  readonly requestProblemInformation?: boolean | undefined;
  readonly userProperties: UserProperties;
  readonly will?: WillSettings | undefined;
  readonly subscriptions: readonly SubscriptionSettings[];
  readonly afterConnect: readonly MessageSettings[];
  readonly beforeDisconnect: readonly MessageSettings[];
  /** Whether a connection with its credentials may watch for the wills that come by it; undefined is true. */
  readonly observe?: boolean | undefined;
  readonly tap?:
    | {
        readonly listen: { readonly host: string; readonly port: number };
        /** Rules that stand from its start on. */
        readonly faults?: readonly FaultRule[] | undefined;
      }
    | undefined;
}

/** What a deny rule of the sandbox broker does to the Client that breaks it. */
export type DenyThen = 'disconnect' | 'notAuthorized' | 'unspecifiedError' | 'ignore';

/** A rule of the sandbox broker. Topic Filters may hold `${clientId}` and `${username}` of the Client. */
export interface SandboxRule {
  readonly publish?: string | undefined;
  readonly subscribe?: string | undefined;
  readonly will?: string | undefined;
  /** Whom it is about: `*` stands for any characters; undefined for everybody. */
  readonly username?: string | undefined;
  /** As `username`. */
  readonly clientId?: string | undefined;
}

/** The `sandbox:` part of a profile file. Limits that are not set have the defaults of their table. */
export interface SandboxSettings extends GivenServerSettings {
  /** What no Client may do that the rule is about. */
  readonly deny: readonly (SandboxRule & { readonly then: DenyThen })[];
  /** What may be done; whatever else is of a kind that some rule is about is denied. */
  readonly allow?: readonly SandboxRule[] | undefined;
  /** User name to password. Empty: everybody may connect. */
  readonly users: readonly { readonly username: string; readonly password: string }[];
  /** What the broker does against the standard, as it is asked to. */
  readonly deviations?: readonly DeviationName[] | undefined;
}

/** Offsets in UTF-16 units into the file's text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Diagnostic {
  /** For example `will-topic-wildcard`: a row of the table of checks. */
  readonly code: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly range: Range;
}

/** A profile file, read with tolerance: what has no error can be used. */
export interface ProfileFile {
  /** Only profiles without an error, by name, in the order of the file. */
  readonly profiles: readonly ConnectionProfile[];
  /** Every profile that the file names, usable or not, with where its name stands. */
  readonly names: readonly {
    readonly name: string;
    readonly range: Range;
    readonly usable: boolean;
    readonly description?: string | undefined;
  }[];
  readonly sandbox: SandboxSettings;
  /** Whether everything that `sandbox` says was understood. */
  readonly sandboxUsable: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** An error that keeps a profile from being used, as a user sees it. */
export interface ProfileError {
  /** For example `variable-unresolved`, or the code of a check. */
  readonly code: string;
  /** One sentence: what happened, to what. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly hint?: string | undefined;
}
