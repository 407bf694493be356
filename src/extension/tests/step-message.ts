import { Location, l10n, MarkdownString, type Range, TestMessage, type Uri } from 'vscode';
import type { StepResult } from '../../engine/messages.ts';
import type { PlacedStep } from '../../profile/scenarios.ts';
import { factTexts, sentenceText } from './scenario-words.ts';

/** Where the menu of a message offers the timeline; package.json names it too. */
export const stepMessageContext = 'mqttScenarioStep';

/** Where a record is shown in the timeline. */
export interface RecordPlace {
  readonly seq: number;
  readonly atMs: number;
  readonly server: string;
  readonly clientId: string;
}

/** A step that did not pass, as VS Code marks it in the file: what was expected beside what was observed. */
export function stepMessage(
  { step }: PlacedStep,
  result: StepResult,
  file: Uri,
  range: Range,
  place: RecordPlace | undefined,
): TestMessage {
  const observed =
    result.observed === undefined ? l10n.t('Nothing was observed.') : sentenceText(result.observed);
  const text = new MarkdownString();
  text.isTrusted = { enabledCommands: ['mqttSession.showScenario'] };
  text.appendMarkdown(`**${step.do}**: `).appendText(observed);
  for (const fact of factTexts(result)) text.appendMarkdown('\n\n- ').appendText(fact);
  if (place !== undefined) {
    const target = encodeURIComponent(JSON.stringify([place]));
    text.appendMarkdown(`\n\n[${l10n.t('Show in Timeline')}](command:mqttSession.showScenario?${target})`);
  }
  const message = new TestMessage(text);
  message.expectedOutput = sentenceText(result.expected);
  message.actualOutput = [observed, ...factTexts(result).map((fact) => `- ${fact}`)].join('\n');
  message.location = new Location(file, range);
  message.contextValue = stepMessageContext;
  return message;
}
