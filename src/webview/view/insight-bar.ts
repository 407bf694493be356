/** One quiet line above the timeline: the heaviest insight, and how many more there are. */
import { insightTitle } from '../model/describe.ts';
import { insightLook, sortedInsights } from '../model/insights.ts';
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import { el, setAttribute, setText } from './dom.ts';

export class InsightBar implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #glyph = el('span', { class: 'glyph', attributes: { 'aria-hidden': 'true' } });
  readonly #first;
  readonly #more;
  #ids: readonly number[] = [];

  constructor(context: PageContext) {
    this.#context = context;
    const link = (at: number): ReturnType<typeof button> =>
      button({ label: '', appearance: 'quiet', class: 'link', onPress: () => this.#show(at) });
    this.#first = link(0);
    this.#more = link(1);
    this.element = el('section', { class: 'insights' }, this.#glyph, this.#first.element, this.#more.element);
    this.element.hidden = true;
  }

  update(): void {
    const { model } = this.#context;
    const { words } = model;
    const all = sortedInsights(model.entities);
    const [first] = all;
    this.#ids = all.map(({ id }) => id);
    this.element.hidden = first === undefined;
    if (first === undefined) return;
    const title = insightTitle(first, words);
    const { glyph, tone } = insightLook(first);
    setAttribute(this.element, 'aria-label', words.t('insights.label'));
    setAttribute(this.element, 'data-tone', tone);
    setText(this.#glyph, glyph);
    this.#first.setLabel(title);
    this.#first.setTitle(words.t('insights.show', { title }));
    this.#more.element.hidden = all.length < 2;
    if (all.length > 1) this.#more.setLabel(words.count('insights.more', all.length - 1));
  }

  #show(at: number): void {
    const id = this.#ids[at];
    if (id !== undefined) this.#context.model.select({ kind: 'insight', id });
  }
}
