/** How each verdict looks: a tone for the theme, a symbol, and words, because colour alone says nothing. */
import type { ExpectationView, Verdict, WillView } from '../../session/model.ts';
import type { StringKey } from '../strings.ts';
import type { Words } from './words.ts';

export type Tone = 'good' | 'bad' | 'warning' | 'accent' | 'neutral' | 'muted';

export interface VerdictLook {
  readonly tone: Tone;
  /** Stands before the word; hidden from screen readers, which get the word. */
  readonly glyph: string;
}

const looks: Readonly<Record<Verdict, VerdictLook>> = {
  pending: { tone: 'accent', glyph: '◌' },
  met: { tone: 'good', glyph: '✓' },
  early: { tone: 'bad', glyph: '✗' },
  late: { tone: 'warning', glyph: '!' },
  missed: { tone: 'bad', glyph: '✗' },
  cancelled: { tone: 'neutral', glyph: '⊘' },
  unobserved: { tone: 'muted', glyph: '–' },
  undecided: { tone: 'muted', glyph: '?' },
};

/** A deviation from what the standard only advises, or leaves to the Server, is a warning and no failure. */
export function verdictLook({
  verdict,
  severity,
}: Pick<ExpectationView, 'verdict' | 'severity'>): VerdictLook {
  const look = looks[verdict];
  const light = severity === 'should' || severity === 'policy' || severity === 'indeterminate';
  return look.tone === 'bad' && light ? { tone: 'warning', glyph: '!' } : look;
}

export function isBroken(verdict: Verdict): boolean {
  return verdict === 'early' || verdict === 'late' || verdict === 'missed';
}

/** For example `met, +2 ms`. */
export function verdictWords({ verdict, leftOpen, deviationMs }: ExpectationView, words: Words): string {
  if (leftOpen === true) return words.t('verdict.leftOpen');
  const word = words.t(`verdict.${verdict}`);
  return deviationMs === undefined ? word : words.t('verdict.with', { verdict: word, deviationMs });
}

/** How heavy it weighs: the strength of the duty, or of the breach. */
export function severityWords({ verdict, severity }: ExpectationView, words: Words): string {
  return words.t(isBroken(verdict) ? `broken.${severity}` : `severity.${severity}`);
}

/** The state of a will in a few words, with its verdict once there is one. */
export function willWords(will: WillView, expectation: ExpectationView | undefined, words: Words): string {
  if (expectation?.leftOpen === true) return words.t('verdict.leftOpen');
  switch (will.state) {
    case 'armed':
      return words.t('will.armed');
    case 'waiting':
      return words.t('will.waiting');
    case 'discarded':
      return words.t('will.discarded');
    case 'cancelled':
      return words.t('will.cancelled');
    case 'due':
      return words.t(owedKey(expectation));
    case 'published':
      return publishedWords(expectation, words);
  }
}

function owedKey(expectation: ExpectationView | undefined): StringKey {
  switch (expectation?.verdict) {
    case 'missed':
      return 'will.missed';
    case 'unobserved':
      return 'will.unobserved';
    case 'undecided':
      return 'will.undecided';
    default:
      return 'will.owed';
  }
}

function publishedWords(expectation: ExpectationView | undefined, words: Words): string {
  if (expectation === undefined || expectation.verdict === 'pending') return words.t('will.published');
  if (expectation.demands === 'does-not-happen' && expectation.verdict === 'missed') {
    return words.t('will.publishedNonetheless');
  }
  const { verdict, deviationMs } = expectation;
  if (verdict === 'met' && deviationMs !== undefined) {
    return words.t('will.publishedAs', { verdict: words.t('verdict.onTime', { deviationMs }) });
  }
  return words.t('will.publishedAs', { verdict: verdictWords(expectation, words) });
}
