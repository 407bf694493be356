/** A profile as a command line of `mosquitto_sub` or `mosquitto_pub`, safe to paste into a POSIX shell. No variable is resolved, and no secret is in it. */

import { NEVER_SECONDS } from '../keys/value-types.ts';
import type { ConnectionProfile, MessageSettings, UserProperties } from '../model.ts';
import { parseTemplate } from '../variables.ts';
import { shellQuoted } from './shell-words.ts';

export interface MosquittoLine {
  readonly command: string;
  /** What of the profile the command does not do. */
  readonly notes: readonly string[];
}

/** `sandboxPort`: where the sandbox broker listens now, for a profile that connects to it; undefined when it does not run. */
export function mosquittoLine(
  kind: 'mosquitto_sub' | 'mosquitto_pub',
  profile: ConnectionProfile,
  sandboxPort?: number,
): MosquittoLine {
  const line = new Line(kind, profile);
  line.broker(sandboxPort);
  line.connection();
  line.will();
  if (kind === 'mosquitto_sub') line.subscriptions();
  else line.message();
  return { command: line.words.join(' '), notes: line.notes };
}

class Line {
  readonly words: string[];
  readonly notes: string[] = [];
  readonly #profile: ConnectionProfile;

  constructor(kind: string, profile: ConnectionProfile) {
    this.words = [kind];
    this.#profile = profile;
  }

  broker(sandboxPort: number | undefined): void {
    const { broker, tls, protocolVersion } = this.#profile;
    if (broker.kind === 'sandbox') {
      if (sandboxPort === undefined)
        this.notes.push('the sandbox broker does not run, so its port is not known');
      this.#add('-h', '127.0.0.1');
      this.#add('-p', String(sandboxPort ?? 1883));
    } else {
      this.#text('-h', broker.host);
      this.#add('-p', String(broker.port));
      if (broker.scheme === 'ws' || broker.scheme === 'wss') {
        this.words.push('--ws');
        this.notes.push('`--ws` needs mosquitto 2.1 or later, and takes no path from here');
      }
      if (broker.scheme === 'mqtts' || broker.scheme === 'wss') this.#tls();
      else if (tls !== undefined) this.notes.push('`tls`: the connection is not encrypted');
    }
    this.#add('-V', protocolVersion === 5 ? 'mqttv5' : protocolVersion === 4 ? 'mqttv311' : 'mqttv31');
  }

  #tls(): void {
    const { tls } = this.#profile;
    if (tls?.ca === undefined) this.words.push('--tls-use-os-certs');
    else this.#text('--cafile', tls.ca);
    if (tls?.cert !== undefined) this.#text('--cert', tls.cert);
    if (tls?.key !== undefined) this.#text('--key', tls.key);
    const [protocol] = tls?.alpn ?? [];
    if (protocol !== undefined) this.#add('--tls-alpn', protocol);
    if (tls?.rejectUnauthorized === false) {
      this.words.push('--insecure');
      this.notes.push('`--insecure` only skips the check of the host name');
    }
    if (tls?.servername !== undefined) this.notes.push('`tls.servername`: mosquitto has no option for it');
  }

  connection(): void {
    const profile = this.#profile;
    if (profile.clientId !== '') this.#text('-i', profile.clientId);
    if (profile.username !== undefined) this.#text('-u', profile.username);
    if (profile.password !== undefined) this.#text('-P', profile.password);
    this.#add('-k', String(profile.keepAliveSeconds));
    if (!profile.cleanStart) this.words.push('-c');
    const { sessionExpiryInterval: expiry, protocolVersion } = profile;
    if (protocolVersion === 5) {
      // With -c and without -x, mosquitto would send 0xFFFFFFFF.
      if (expiry !== undefined || !profile.cleanStart) {
        this.#add('-x', expiry === NEVER_SECONDS ? '-1' : String(expiry ?? 0));
      }
      this.#property('connect', 'receive-maximum', profile.receiveMaximum);
      this.#property('connect', 'maximum-packet-size', profile.maximumPacketSize);
      this.#property('connect', 'topic-alias-maximum', profile.topicAliasMaximum);
      this.#property('connect', 'request-response-information', flag(profile.requestResponseInformation));
      this.#property('connect', 'request-problem-information', flag(profile.requestProblemInformation));
      this.#userProperties('connect', profile.userProperties);
    }
    if (profile.tap !== undefined) this.notes.push('`tap`: other programs are not let through');
    if (profile.beforeDisconnect.length > 0)
      this.notes.push('`beforeDisconnect`: nothing is published before DISCONNECT');
  }

  will(): void {
    const { will, protocolVersion } = this.#profile;
    if (will === undefined) return;
    this.#text('--will-topic', will.topic);
    this.#payload('--will-payload', will, 'will');
    if (will.qos > 0) this.#add('--will-qos', String(will.qos));
    if (will.retain) this.words.push('--will-retain');
    if (protocolVersion !== 5) return;
    this.#property('will', 'will-delay-interval', will.willDelayInterval);
    this.#messageProperties('will', will);
  }

  subscriptions(): void {
    const { subscriptions, afterConnect } = this.#profile;
    if (afterConnect.length > 0) this.notes.push('`afterConnect`: nothing is published');
    const qos = Math.max(0, ...subscriptions.map((each) => each.qos));
    if (subscriptions.some((each) => each.qos !== qos)) {
      this.notes.push('`subscriptions`: mosquitto has one QoS for all, here the highest');
    }
    for (const { topicFilter } of subscriptions) this.#text('-t', topicFilter);
    if (subscriptions.length === 0) {
      this.#add('-t', '<topic>');
      this.notes.push('the profile subscribes to nothing: put a topic in the place of `<topic>`');
    }
    this.#add('-q', String(qos));
    if (subscriptions.some(({ noLocal }) => noLocal))
      this.notes.push('`noLocal`: mosquitto has no option for it');
    if (subscriptions.some((each) => each.retainAsPublished)) this.words.push('--retain-as-published');
    if (subscriptions.some((each) => each.retainHandling !== 0)) {
      this.notes.push('`retainHandling`: retained messages come at each subscribe');
    }
  }

  message(): void {
    const { afterConnect, subscriptions, protocolVersion } = this.#profile;
    const [message, ...more] = afterConnect;
    if (subscriptions.length > 0) this.notes.push('`subscriptions`: nothing is subscribed to');
    if (message === undefined) {
      this.#add('-t', '<topic>');
      this.#add('-m', '<message>');
      this.notes.push(
        'the profile publishes nothing: put topic and message in the places of `<topic>` and `<message>`',
      );
      return;
    }
    if (more.length > 0) this.notes.push('`afterConnect`: only the first message is published');
    this.#text('-t', message.topic);
    if (message.payload.kind === 'file') this.#text('-f', message.payload.path);
    else if (message.payload.kind === 'text' && message.payload.text === '') this.words.push('-n');
    else this.#payload('-m', message, 'afterConnect');
    this.#add('-q', String(message.qos));
    if (message.retain) this.words.push('-r');
    if (protocolVersion === 5) this.#messageProperties('publish', message);
  }

  #payload(option: string, { payload }: MessageSettings, where: string): void {
    if (payload.kind === 'text') {
      if (payload.text !== '') this.#text(option, payload.text);
      return;
    }
    this.#add(option, '<payload>');
    this.notes.push(`\`${where}\`: mosquitto takes this payload only as text`);
  }

  #messageProperties(packet: 'will' | 'publish', message: MessageSettings): void {
    this.#property(packet, 'message-expiry-interval', message.messageExpiryInterval);
    const format = message.payloadFormatIndicator;
    this.#property(
      packet,
      'payload-format-indicator',
      format === undefined ? undefined : flag(format === 'utf8'),
    );
    for (const [name, text] of [
      ['content-type', message.contentType],
      ['response-topic', message.responseTopic],
    ] as const) {
      if (text !== undefined) this.words.push('-D', packet, name, this.#shell(text));
    }
    const { correlationData } = message;
    if (correlationData?.kind === 'text')
      this.words.push('-D', packet, 'correlation-data', this.#shell(correlationData.text));
    else if (correlationData !== undefined)
      this.notes.push('`correlationData`: mosquitto takes it only as text');
    this.#userProperties(packet, message.userProperties);
  }

  #property(packet: string, name: string, value: number | undefined): void {
    if (value !== undefined) this.words.push('-D', packet, name, String(value));
  }

  #userProperties(packet: string, properties: UserProperties): void {
    for (const [name, value] of properties) {
      this.words.push('-D', packet, 'user-property', this.#shell(name), this.#shell(value));
    }
  }

  #add(option: string, word: string): void {
    this.words.push(option, shellQuoted(word));
  }

  #text(option: string, text: string): void {
    this.words.push(option, this.#shell(text));
  }

  /** A text of the profile as a word of the shell: an environment variable as one, other variables as placeholders. */
  #shell(text: string, inside: readonly string[] = []): string {
    const parts = parseTemplate(text).map((part) => {
      if (part.kind === 'literal') return shellQuoted(part.text);
      if (part.kind === 'problem') return shellQuoted(part.source);
      const { kind, name, source } = part.variable;
      if (kind === 'env' && /^[A-Za-z_]\w*$/.test(name)) return `"\${${name}}"`;
      if ((kind === 'clientId' || kind === 'username') && !inside.includes(kind)) {
        return this.#shell(this.#profile[kind] ?? '', [...inside, kind]);
      }
      this.#placeholder(source);
      return shellQuoted(`<${source.slice(2, -1)}>`);
    });
    return parts.length === 0 ? "''" : parts.join('');
  }

  #placeholder(source: string): void {
    const note = `\`${source}\`: put its value in the place of \`<${source.slice(2, -1)}>\``;
    if (!this.notes.includes(note)) this.notes.push(note);
  }
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : value ? 1 : 0;
}
