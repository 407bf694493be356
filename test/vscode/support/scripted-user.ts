import { type MessageOptions, window } from 'vscode';

export interface ShownMessage {
  readonly kind: 'error' | 'warning' | 'information';
  readonly text: string;
  readonly buttons: readonly string[];
}

type Shower = (text: string, ...rest: unknown[]) => Promise<unknown>;

/** Methods of `vscode.window` that a test answers in the user's place. */
const showers = {
  showErrorMessage: 'error',
  showWarningMessage: 'warning',
  showInformationMessage: 'information',
} as const;

/** Stands in for the user in one test: sees each message, presses buttons, and answers input boxes. */
export class ScriptedUser {
  readonly messages: ShownMessage[] = [];
  /** The prompts of the input boxes that were shown. */
  readonly prompts: { readonly prompt: string; readonly password: boolean }[] = [];
  readonly #presses = new Map<string, number>();
  readonly #answers: (string | undefined)[] = [];
  readonly #waiting: { readonly has: string; readonly settle: (message: ShownMessage) => void }[] = [];
  readonly #originals: (() => void)[] = [];

  constructor() {
    for (const [method, kind] of Object.entries(showers)) {
      this.#replace(method, ((text, ...rest) => this.#show(kind, text, rest)) satisfies Shower);
    }
    this.#replace('showInputBox', async (options: { prompt?: string; password?: boolean } = {}) => {
      this.prompts.push({ prompt: options.prompt ?? '', password: options.password ?? false });
      if (this.#answers.length === 0) throw new Error(`Nobody answers "${options.prompt}"`);
      return this.#answers.shift();
    });
  }

  /** The next input box gets this answer; undefined turns it down. */
  answers(answer: string | undefined): void {
    this.#answers.push(answer);
  }

  /** Presses this button the next time that a message offers it. */
  presses(button: string): void {
    this.#presses.set(button, (this.#presses.get(button) ?? 0) + 1);
  }

  /** The first message with this text in it, shown already or later. */
  sees(text: string): Promise<ShownMessage> {
    const seen = this.messages.find((message) => message.text.includes(text));
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((settle) => this.#waiting.push({ has: text, settle }));
  }

  leaves(): void {
    for (const restore of this.#originals) restore();
  }

  #replace(method: string, by: unknown): void {
    const target = window as unknown as Record<string, unknown>;
    const original = target[method];
    target[method] = by;
    this.#originals.push(() => {
      target[method] = original;
    });
  }

  async #show(kind: ShownMessage['kind'], text: string, rest: readonly unknown[]): Promise<unknown> {
    const items = rest.filter((each) => !isOptions(each));
    const buttons = items.map((each) => (typeof each === 'string' ? each : String(each)));
    const message = { kind, text, buttons };
    this.messages.push(message);
    for (const waiting of this.#waiting) if (text.includes(waiting.has)) waiting.settle(message);
    const pressed = buttons.find((button) => (this.#presses.get(button) ?? 0) > 0);
    if (pressed === undefined) return undefined;
    this.#presses.set(pressed, (this.#presses.get(pressed) ?? 1) - 1);
    return items[buttons.indexOf(pressed)];
  }
}

function isOptions(value: unknown): value is MessageOptions {
  return typeof value === 'object' && value !== null && ('modal' in value || 'detail' in value);
}
