import type { Memento } from 'vscode';

/**
 * What the user chose last, by question, for this workspace. Never a password: those questions are asked by `Secrets`.
 */
export class RememberedChoices {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  get(question: string): string | undefined {
    return this.#memento.get<string>(`choice.${question}`);
  }

  set(question: string, choice: string): void {
    void this.#memento.update(`choice.${question}`, choice);
  }
}
