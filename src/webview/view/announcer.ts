/** Tells screen readers of new verdicts, politely and not too often. */
import { expectationName, insightTitle } from '../model/describe.ts';
import type { PageModel } from '../model/page-model.ts';
import { verdictWords } from '../model/verdicts.ts';
import { el } from './dom.ts';
import type { FrameSource } from './scheduler.ts';

/** At most one announcement in this time. */
const pauseMs = 2500;

export class Announcer {
  readonly element = el('div', {
    class: 'visually-hidden',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });
  readonly #model: PageModel;
  readonly #frames: FrameSource;
  #waiting: number[] = [];
  #noticed: number[] = [];
  #resting = false;
  /** How many rests have begun: the last one counts. */
  #rests = 0;

  constructor(model: PageModel, frames: FrameSource) {
    this.#model = model;
    this.#frames = frames;
  }

  /** Says something at once, for example what a key did. What waits to be told does not talk over it. */
  say(text: string): void {
    this.element.textContent = text;
    this.#resting = true;
    this.#rests += 1;
    const rest = this.#rests;
    this.#frames.after(pauseMs, () => {
      if (rest !== this.#rests) return;
      this.#resting = false;
      this.#flush();
    });
  }

  update(): void {
    this.#waiting.push(...this.#model.takeUnannounced());
    this.#noticed.push(...this.#model.takeUnannouncedInsights());
    this.#flush();
  }

  /** A verdict goes before an insight: it is of now. */
  #flush(): void {
    if (this.#resting || this.#waiting.length + this.#noticed.length === 0) return;
    if (this.#waiting.length > 0) this.#sayVerdict();
    else this.#sayInsight();
    // What is no longer known was not told.
    if (!this.#resting) this.#flush();
  }

  #sayVerdict(): void {
    const { entities, words } = this.#model;
    const expectation = entities.expectations.get(this.#waiting.at(-1) ?? -1);
    const count = this.#waiting.length - 1;
    this.#waiting = [];
    if (expectation === undefined) return;
    const params = { what: expectationName(expectation, words), verdict: verdictWords(expectation, words) };
    this.say(
      count === 0
        ? words.t('announce.verdict', params)
        : words.t('announce.more', { ...params, count: words.number(count) }),
    );
  }

  #sayInsight(): void {
    const { entities, words } = this.#model;
    const insight = entities.insights.get(this.#noticed.at(-1) ?? -1);
    this.#noticed = [];
    if (insight !== undefined) this.say(words.t('announce.insight', { title: insightTitle(insight, words) }));
  }
}
