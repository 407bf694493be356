/** The words of What-if: templates as in sentences.ts, and the functions that fill them. Translations come in by the same keys. */
import { formatTemplate } from './sentences.ts';
import type { WhatIfBackKind } from './what-if-backs.ts';
import type { WhatIfEndKind } from './what-if-ends.ts';
import { fromLoss } from './what-if-facts.ts';
import type {
  SessionOutcome,
  WhatIfEnd,
  WhatIfOutcome,
  WhatIfSettings,
  WillOutcome,
} from './what-if-model.ts';

/** `{clean}` is Clean Start or, before 5.0, CleanSession. */
export const whatIfTexts = {
  'end.disconnect': 'The Client sends DISCONNECT 0x00 (normal)',
  'end.disconnect.before5': 'The Client sends DISCONNECT',
  'end.disconnect-with-will': 'The Client sends DISCONNECT 0x04 (with will)',
  'end.lost': 'The connection is lost: closed or reset without DISCONNECT',
  'end.silent': 'The Client falls silent: no power, no network, nothing closes',
  'end.taken-over': 'Another connection takes over with the same Client Identifier',
  'end.server-closed': 'The Server closes the connection',
  'end.disconnect-ends-session': 'The Client sends DISCONNECT 0x00 with Session Expiry Interval 0',
  'end.with-will-ends-session': 'The Client sends DISCONNECT 0x04 with Session Expiry Interval 0',
  'end.disconnect-asks-for-session':
    'The Client sends DISCONNECT 0x00 with a Session Expiry Interval, which CONNECT had not',
  'end.malformed-disconnect': 'The Client sends a malformed DISCONNECT',
  'end.client-error': 'The Client sends DISCONNECT with an error code (0x80 and others)',
  'end.protocol-error': 'The Client breaks the protocol',
  'end.reauthentication-failed': 'Re-authentication fails',
  'end.redirected': 'The Server sends the Client to another Server (0x9C, 0x9D)',
  'end.session-deleted': 'An operator deletes the Session',
  'end.server-stopped': 'The Server stops',
  'end.refused': 'The Server refuses the CONNECT',
  'end.unanswered': 'The link is lost before CONNACK',

  'back.none': 'It does not come back',
  'back.before-noticed': 'Back before the Server notices, {clean} 0',
  'back.before-noticed-clean': 'Back before the Server notices, {clean} 1',
  'back.at-once': 'Back at once, {clean} 0',
  'back.within-delay': 'Back within the delay, {clean} 0',
  'back.after-will': 'Back after the will, while the Session lives, {clean} 0',
  'back.before-expiry': 'Back while the Session lives, {clean} 0',
  'back.after-expiry': 'Back after the Session has ended, {clean} 0',
  'back.clean': 'Back, starting clean, {clean} 1',
  'back.clean-within-delay': 'Back within the delay, starting clean, {clean} 1',
  'back.clean-later': 'Back after the will, starting clean, {clean} 1',
  'back.refused': 'A CONNECT within the delay is refused',
  'back.takeover': 'With {clean} 0',
  'back.takeover-clean': 'With {clean} 1',
  'back.takeover-refused': 'Its CONNECT is refused',
  'back.other-identity': 'Back with another Client Identifier',

  'noticed.atOnce': 'The Server notices at once.',
  'noticed.silent':
    'The Server must notice {noticedMs} after the last packet: one and a half times the Keep Alive.',
  'noticed.never': 'With Keep Alive 0 nothing says when the Server notices.',
  'noticed.unknown': 'Nothing shows whether the Server had accepted.',

  'will.none': 'There is none',
  'will.withheld': 'Not published',
  'will.published.atOnce': 'Published at once',
  'will.published.later': 'Published after {afterMs}',
  'will.published.noticed': 'Published at {atTime}: {waitMs} after the Server notices',
  'will.published.asNoticed': 'Published at {atTime}, when the Server notices',
  'will.published-at-return': 'Published at {atTime}, when the Client is back',
  'will.published-some-time': 'Published, and nothing says by when',
  'will.open': 'Left open',

  'session.none': 'There is none',
  'session.ends-with-connection': 'Ends with the connection',
  'session.expires': 'Ends at {atTime}, {expiryMs} after the connection',
  'session.kept': 'Is kept and does not expire',
  'session.resumed': 'Is resumed',
  'session.new.ended': 'A new one; the old one ended at {atTime}',
  'session.new.ends': 'A new one; the old one ends',
  'session.untouched': 'Goes on with the old connection',
  'session.open': 'Left open',

  'present.0': '0',
  'present.1': '1',
  'present.open': '0 or 1: left open',
  'present.no-flag': 'not told by 3.1',
  'present.none': '–',

  noteServerUnknown:
    'The Server may replace the Session Expiry Interval and the Keep Alive in CONNACK; then other times hold. Here it is taken to keep both',
  noteIdentityChanges:
    'Each CONNECT carries another Client Identifier, so the Client cannot come back to its Session, and cannot be taken over by itself',
  noteIdentityUnknown:
    'A variable makes the Client Identifier, which is not known here. Only a CONNECT with the same one comes back to the Session',
  noteNoExpiry:
    'There is no Session Expiry Interval, which means 0: the Session ends with its connection, whatever Clean Start says',
  noteDelayWithoutEffect:
    'The Will Delay Interval of {delaySeconds} has no effect: the Session ends with its connection, and its end makes the Will Message due',
  noteDelayCutShort:
    'The Session ends {sessionExpirySeconds} after its connection, before the Will Delay Interval of {delaySeconds} has passed, and its end makes the Will Message due',
  noteExpiryCapped: 'The Server caps the Session Expiry Interval at {sessionExpirySeconds}',
  noteKeepAliveReplaced: 'The Server sets the Keep Alive to {keepAliveSeconds}',
  noteKeepAliveOff:
    'Keep Alive is 0: nobody need ever notice that the Client fell silent, and then nobody learns of its will',
  noteKeptSession: 'How long a Server keeps a Session of this version is its own policy',

  'page.title': 'What if the connection of {profile} ends?',
  'page.problems': 'This profile has errors and could not connect:',
  'page.rare': 'Less common ends',
  'page.takeover': 'The Server closes this connection first, and only then looks at {clean}.',
  'page.back': 'What the Client does then',
  'page.end': 'How it ends',
  'page.willColumn': 'Will Message',
  'page.sessionColumn': 'Session',
  'page.presentColumn': 'Session Present',
  'page.why': 'Why',
  'page.whyOf': 'Why: {title}',
  'page.version': 'MQTT version',
  'page.clean': '{clean}',
  'page.keepAlive': 'Keep Alive',
  'page.expiry': 'Session Expiry Interval',
  'page.will': 'Will Message',
  'page.delay': 'Will Delay Interval',
  'page.seconds': '{valueSeconds}',
  'page.expirySeconds': '{valueExpirySeconds}',
  'page.absent': 'absent, which means 0',
  'page.yes': 'yes',
  'page.no': 'no',
  'page.timeZero': 'the moment of the last packet of the Client',

  must: 'a statement says so',
  ownWay: 'as this profile does',
  derivable: 'follows from several statements, none says it alone',
  should: 'advice only',
  policy: 'the policy of the Server',
  indeterminate: 'left open by the standard',
} as const;

export type WhatIfText = keyof typeof whatIfTexts;
export type WhatIfNote = Extract<WhatIfText, `note${string}`>;

/** Texts by key, for example translated ones; what is missing is told in English. */
export type WhatIfTexts = Readonly<Record<string, string>>;

type Params = Readonly<Record<string, string | number>>;

export class WhatIfWords {
  readonly #settings: WhatIfSettings;
  readonly #texts: WhatIfTexts;
  readonly #locale: string;

  constructor(settings: WhatIfSettings, texts: WhatIfTexts = whatIfTexts, locale = 'en') {
    this.#settings = settings;
    this.#texts = texts;
    this.#locale = locale;
  }

  text(key: WhatIfText, params: Params = {}): string {
    const clean = this.#settings.protocolVersion === 5 ? 'Clean Start' : 'CleanSession';
    return formatTemplate(this.#texts[key] ?? whatIfTexts[key], { clean, ...params }, this.#locale);
  }

  end(kind: WhatIfEndKind): string {
    const before5 = kind === 'disconnect' && this.#settings.protocolVersion !== 5;
    return this.text(before5 ? 'end.disconnect.before5' : `end.${kind}`);
  }

  noticed({ kind, noticedAfterMs }: WhatIfEnd): string {
    if (kind === 'unanswered') return this.text('noticed.unknown');
    if (noticedAfterMs === undefined) return this.text('noticed.never');
    return kind === 'silent'
      ? this.text('noticed.silent', { noticedMs: noticedAfterMs })
      : this.text('noticed.atOnce');
  }

  /** `outcome` decides whether a clean start comes within the delay. */
  back(kind: WhatIfBackKind, outcome?: WhatIfOutcome): string {
    const withinDelay = kind === 'clean' && outcome?.will.kind === 'published-at-return';
    return this.text(withinDelay ? 'back.clean-within-delay' : `back.${kind}`);
  }

  will(will: WillOutcome): string {
    switch (will.kind) {
      case 'published':
        return this.#published(will.afterMs, will.afterNoticeMs);
      case 'published-at-return':
        return this.text('will.published-at-return', { atTime: fromLoss(will.afterMs) });
      case 'none':
      case 'withheld':
      case 'published-some-time':
      case 'open':
        return this.text(`will.${will.kind}`);
    }
  }

  #published(afterMs: number, waitMs: number): string {
    if (afterMs === waitMs) {
      return afterMs === 0
        ? this.text('will.published.atOnce')
        : this.text('will.published.later', { afterMs });
    }
    const atTime = fromLoss(afterMs);
    return waitMs === 0
      ? this.text('will.published.asNoticed', { atTime })
      : this.text('will.published.noticed', { atTime, waitMs });
  }

  session(session: SessionOutcome): string {
    switch (session.kind) {
      case 'expires':
        return this.text('session.expires', {
          atTime: fromLoss(session.afterMs),
          expiryMs: session.afterNoticeMs,
        });
      case 'new':
        return session.oldEndedAfterMs === undefined
          ? this.text('session.new.ends')
          : this.text('session.new.ended', { atTime: fromLoss(session.oldEndedAfterMs) });
      case 'none':
      case 'ends-with-connection':
      case 'kept':
      case 'resumed':
      case 'untouched':
      case 'open':
        return this.text(`session.${session.kind}`);
    }
  }

  present(present: WhatIfOutcome['sessionPresent']): string {
    return this.text(`present.${present ?? 'none'}`);
  }
}
