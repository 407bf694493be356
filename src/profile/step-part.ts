/** Reads what stands behind the key of a step. */
import type { MessageLikeness } from './scenarios.ts';
import type { Settings, SettingValue } from './settings.ts';

export class StepPart {
  readonly #settings: Settings | undefined;

  constructor(settings: Settings | undefined) {
    this.#settings = settings;
  }

  #value(key: string): SettingValue | undefined {
    return this.#settings?.entries.get(key)?.value;
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    return value?.kind === 'text' ? value.text : undefined;
  }

  number(key: string): number | undefined {
    const value = this.#value(key);
    return value?.kind === 'number' ? value.number : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.#value(key);
    return value?.kind === 'boolean' ? value.boolean : undefined;
  }

  /** What stands inside of a key. */
  part(key: string): StepPart | undefined {
    const value = this.#value(key);
    return value?.kind === 'object' ? new StepPart(value.settings) : undefined;
  }

  likeness(): MessageLikeness {
    const pairs = this.#value('userProperties');
    return {
      topic: this.text('topic'),
      payload: this.text('payload'),
      qos: this.number('qos'),
      retain: this.boolean('retain'),
      contentType: this.text('contentType'),
      responseTopic: this.text('responseTopic'),
      userProperties: pairs?.kind === 'pairs' ? pairs.pairs : undefined,
    };
  }
}
