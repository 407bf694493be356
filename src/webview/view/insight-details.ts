/** An insight in words: what was noticed, its reason with the packets that show it, and last what to do. */
import type { InsightView } from '../../session/model.ts';
import { insightTitle } from '../model/describe.ts';
import { insightLook, sortedInsights } from '../model/insights.ts';
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el } from './dom.ts';
import type { FactLines } from './fact-lines.ts';
import { packetLink } from './links.ts';

/** Insights that are offered beside the one that is shown. */
const otherLimit = 12;

export class InsightDetails {
  readonly #context: PageContext;
  readonly #facts: FactLines;

  constructor(context: PageContext, facts: FactLines) {
    this.#context = context;
    this.#facts = facts;
  }

  /** Those that are offered, the heaviest first. */
  get all(): readonly InsightView[] {
    return sortedInsights(this.#context.model.entities).slice(0, otherLimit);
  }

  elements(insight: InsightView): readonly HTMLElement[] {
    const { words } = this.#context.model;
    return [
      el('h2', { text: insightTitle(insight, words) }),
      this.#line(insight),
      el(
        'ol',
        { class: 'why-facts', attributes: { 'aria-label': words.t('why.facts') } },
        ...insight.facts.map((fact, at) => this.#facts.item(fact, `insight ${insight.id}.${at}`)),
      ),
      el('h3', { text: words.t('insights.packets') }),
      el('p', { class: 'insight-packets' }, ...insight.packets.map((seq) => packetLink(this.#context, seq))),
      el('h3', { text: words.t('insights.remedy') }),
      el('p', { class: 'insight-remedy', text: this.#facts.sentence(insight.remedy) }),
      ...this.others(insight),
    ];
  }

  /** The other insights of the trace, to choose from. */
  others(shown: InsightView | undefined): readonly HTMLElement[] {
    const { model } = this.#context;
    const { words } = model;
    const rest = this.all.filter(({ id }) => id !== shown?.id);
    if (rest.length === 0) return [];
    const items = rest.map((insight) => {
      const link = button({
        label: insightTitle(insight, words),
        appearance: 'quiet',
        class: 'link',
        onPress: () => model.select({ kind: 'insight', id: insight.id }),
      });
      return el('li', {}, link.element, this.#weight(insight));
    });
    return [el('h3', { text: words.t('insights.label') }), el('ul', { class: 'siblings' }, ...items)];
  }

  #line(insight: InsightView): HTMLElement {
    const { words } = this.#context.model;
    const { count, firstAtMs } = insight;
    return el(
      'p',
      { class: 'verdict-line' },
      this.#weight(insight),
      el('span', { class: 'muted', text: words.count('insights.times', count) }),
      el('span', { class: 'muted', text: words.t('insights.since', { firstAtMs }) }),
    );
  }

  #weight(insight: InsightView): HTMLElement {
    const { words } = this.#context.model;
    const { glyph, tone } = insightLook(insight);
    const chip = el(
      'span',
      { class: 'verdict' },
      el('span', { class: 'glyph', text: glyph, attributes: { 'aria-hidden': 'true' } }),
      words.t(`insights.weight.${insight.weight}`),
    );
    chip.dataset['tone'] = tone;
    return chip;
  }
}
