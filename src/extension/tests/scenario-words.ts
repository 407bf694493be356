import { env, l10n } from 'vscode';
import type { StepResult } from '../../engine/messages.ts';
import { type ScenarioSentence, tellFact, tellSentence } from '../../profile/scenario-words.ts';

/** What a step expected, or what was observed, in the user's language. */
export function sentenceText(sentence: ScenarioSentence): string {
  return `${tellSentence(sentence, (text) => l10n.t(text), env.language)}.`;
}

/** What the session rules say of it, one sentence each. */
export function factTexts({ facts }: StepResult): readonly string[] {
  return facts.map((fact) => `${tellFact(fact, (text) => l10n.t(text), env.language)}.`);
}
