import { type QuickInput, QuickInputButtons, type QuickPickItem, ThemeIcon, window } from 'vscode';
import { Cancelled } from '../errors.ts';
import { escapeIcons } from './words.ts';

/** Where a question stands in a row of questions. */
export interface Step {
  readonly number: number;
  readonly of: number;
  /** Whether one can go back from the first, to what was asked before the row. */
  readonly back?: true;
}

export interface Choice<T> extends QuickPickItem {
  readonly value: T;
  /** Equal to what `RememberedChoices` holds when this was chosen last. */
  readonly id?: string;
}

interface Question {
  readonly title: string;
  readonly placeholder?: string | undefined;
  readonly step?: Step | undefined;
}

/** Thrown when the user goes back to the question before. */
export class GoneBack extends Error {}

/**
 * Asks for one of several.
 * @param last the `id` of the choice to begin on
 * @throws {Cancelled | GoneBack}
 */
export function pickOne<T>(
  question: Question & { readonly choices: readonly Choice<T>[]; readonly last?: string | undefined },
): Promise<Choice<T>> {
  return new Promise((settle, fail) => {
    const pick = window.createQuickPick<Choice<T>>();
    pick.title = question.title;
    pick.placeholder = question.placeholder;
    pick.matchOnDescription = true;
    pick.items = question.choices.map((choice) => ({ ...choice, label: escapeIcons(choice.label) }));
    const last = pick.items.find((choice) => choice.id !== undefined && choice.id === question.last);
    if (last !== undefined) pick.activeItems = [last];
    placeStep(pick, question.step);
    pick.onDidTriggerButton(() => {
      fail(new GoneBack());
      close();
    });
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0];
      if (chosen === undefined) return;
      settle(chosen);
      close();
    });
    const close = show(pick, () => fail(new Cancelled()));
  });
}

/**
 * Asks for a text.
 * @param problem what is wrong with an answer, if anything
 * @throws {Cancelled | GoneBack}
 */
export function askText(
  question: Question & {
    readonly prompt?: string;
    readonly value?: string | undefined;
    readonly problem?: (answer: string) => string | undefined;
  },
): Promise<string> {
  return new Promise((settle, fail) => {
    const box = window.createInputBox();
    box.title = question.title;
    box.prompt = question.prompt;
    box.placeholder = question.placeholder;
    box.value = question.value ?? '';
    placeStep(box, question.step);
    box.onDidChangeValue((value) => {
      box.validationMessage = question.problem?.(value);
    });
    box.onDidTriggerButton(() => {
      fail(new GoneBack());
      close();
    });
    box.onDidAccept(() => {
      box.validationMessage = question.problem?.(box.value);
      if (box.validationMessage !== undefined) return;
      settle(box.value);
      close();
    });
    const close = show(box, () => fail(new Cancelled()));
  });
}

export interface Suggestion {
  readonly text: string;
  readonly description: string;
}

/**
 * Asks for a text with suggestions: what is typed is always the first row.
 * @throws {Cancelled | GoneBack}
 */
export function askWithSuggestions(
  question: Question & {
    readonly suggestions: readonly Suggestion[];
    readonly value?: string | undefined;
    readonly problem: (answer: string) => string | undefined;
  },
): Promise<string> {
  return new Promise((settle, fail) => {
    const pick = window.createQuickPick<Choice<string>>();
    pick.title = question.title;
    pick.placeholder = question.placeholder;
    pick.matchOnDescription = true;
    placeStep(pick, question.step);
    const suggested = question.suggestions.map(
      ({ text, description }): Choice<string> => ({ label: escapeIcons(text), description, value: text }),
    );
    const list = (typed: string) => {
      const known = question.suggestions.some(({ text }) => text === typed);
      pick.items =
        typed === '' || known ? suggested : [typedRow(typed, question.problem(typed)), ...suggested];
    };
    list('');
    const last = suggested.find(({ value }) => value === question.value);
    if (last !== undefined) pick.activeItems = [last];
    pick.onDidChangeValue(list);
    pick.onDidTriggerButton(() => {
      fail(new GoneBack());
      close();
    });
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0]?.value ?? pick.value;
      if (chosen === '' || question.problem(chosen) !== undefined) return;
      settle(chosen);
      close();
    });
    const close = show(pick, () => fail(new Cancelled()));
  });
}

/**
 * When a page had the keys before the palette, VS Code gives them back to it some time after the palette has closed, and that closes
 * what a command has asked meanwhile. So soon after a question is there, in ms, it is not the user who closes it.
 */
const takenAwayMs = 400;

/** Shows a question; when it is taken away at once, a second time. Returns what closes it for good when it is answered. */
function show(input: QuickInput, closed: () => void): () => void {
  let answered = false;
  let again = true;
  const shownAtMs = performance.now();
  input.onDidHide(() => {
    if (!answered && again && performance.now() - shownAtMs < takenAwayMs) {
      again = false;
      input.show();
      return;
    }
    closed();
    input.dispose();
  });
  input.show();
  return () => {
    answered = true;
    input.hide();
  };
}

function typedRow(typed: string, problem: string | undefined): Choice<string> {
  const row = { label: escapeIcons(typed), value: typed, alwaysShow: true };
  return problem === undefined ? row : { ...row, iconPath: new ThemeIcon('error'), detail: problem };
}

/**
 * Asks one question after the other; Back in one of them asks the one before again. Each gets what was answered so far.
 * @param back whether something was asked before: then Back in the first one is thrown
 * @throws {Cancelled | GoneBack}
 */
export async function askInTurn<T>(
  first: T,
  questions: readonly ((answered: T, step: Step) => Promise<T>)[],
  back?: 'back',
): Promise<T> {
  const answered = [first];
  for (;;) {
    const index = answered.length - 1;
    const question = questions[index];
    const sofar = answered[index];
    if (question === undefined || sofar === undefined) return answered[index] ?? first;
    try {
      const step = { number: index + 1, of: questions.length };
      answered.push(await question(sofar, back === undefined ? step : { ...step, back: true }));
    } catch (thrown) {
      if (!(thrown instanceof GoneBack)) throw thrown;
      answered.pop();
      if (answered.length === 0) throw back === undefined ? new Cancelled() : thrown;
    }
  }
}

function placeStep(
  input: { step: number | undefined; totalSteps: number | undefined; buttons: readonly unknown[] },
  step: Step | undefined,
): void {
  if (step === undefined) return;
  if (step.of > 1) {
    input.step = step.number;
    input.totalSteps = step.of;
  }
  if (step.number > 1 || step.back) input.buttons = [QuickInputButtons.Back];
}
