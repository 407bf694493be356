/** Why: the question, the facts in the order of their telling, the checks, the verdict. */
import type { Check, ExpectationView } from '../../session/model.ts';
import { clientName, expectationName, whyTitle } from '../model/describe.ts';
import { severityWords, verdictLook, verdictWords } from '../model/verdicts.ts';
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import { el } from './dom.ts';
import { FactLines } from './fact-lines.ts';
import { InsightDetails } from './insight-details.ts';
import { packetLink } from './links.ts';

/** Other expectations of the same client that are offered, the newest ones. */
const siblingLimit = 6;

export class WhyPanel implements View {
  readonly element = el('div', { class: 'why-panel' });
  readonly #context: PageContext;
  #shown: readonly unknown[] = [];
  readonly #facts: FactLines;
  readonly #insight: InsightDetails;

  constructor(context: PageContext) {
    this.#context = context;
    this.#facts = new FactLines(context);
    this.#insight = new InsightDetails(context, this.#facts);
  }

  update(): void {
    const { model } = this.#context;
    const { entities, words, ui } = model;
    const insight = ui.insight === undefined ? undefined : entities.insights.get(ui.insight);
    const expectation = ui.expectation === undefined ? undefined : entities.expectations.get(ui.expectation);
    const siblings = expectation === undefined ? [] : this.#siblings(expectation);
    const hint = this.#hint();
    const shown = [insight, expectation, hint, words, ...siblings, ...this.#insight.all];
    if (shown.length === this.#shown.length && shown.every((each, at) => each === this.#shown[at])) return;
    this.#shown = shown;
    if (insight !== undefined) {
      this.element.replaceChildren(...this.#insight.elements(insight));
      return;
    }
    if (expectation === undefined) {
      this.element.replaceChildren(
        el('p', { class: 'hint', text: hint }),
        ...this.#insight.others(undefined),
      );
      return;
    }
    this.element.replaceChildren(
      el('h2', { text: whyTitle(expectation, words) }),
      this.#verdict(expectation),
      el(
        'ol',
        { class: 'why-facts', attributes: { 'aria-label': words.t('why.facts') } },
        ...expectation.facts.map((fact, at) => this.#facts.item(fact, `${expectation.id}.${at}`)),
      ),
      ...this.#checks(expectation.checks, expectation.id),
      ...this.#others(expectation, siblings),
      ...this.#insight.others(undefined),
    );
  }

  /** What stands where there is nothing to tell the reason of. */
  #hint(): string {
    const { entities, words, ui } = this.#context.model;
    const will = ui.will === undefined ? undefined : entities.wills.get(ui.will);
    return will?.state === 'armed'
      ? words.t('why.armed', { clientId: clientName(will, words) })
      : words.t('why.none');
  }

  #verdict(expectation: ExpectationView): HTMLElement {
    const { words } = this.#context.model;
    const { tone, glyph } = verdictLook(expectation);
    const chip = el(
      'span',
      { class: 'verdict' },
      el('span', { class: 'glyph', text: glyph, attributes: { 'aria-hidden': 'true' } }),
      verdictWords(expectation, words),
    );
    chip.dataset['tone'] = tone;
    const parts: (Node | string)[] = [
      el('span', { class: 'visually-hidden', text: `${words.t('why.verdict')}: ` }),
      chip,
      el('span', { class: 'severity', text: severityWords(expectation, words) }),
    ];
    const { dueAtMs, row, observed } = expectation;
    if (dueAtMs !== undefined)
      parts.push(el('span', { class: 'muted', text: words.t('why.due', { dueAtMs }) }));
    if (row !== undefined) parts.push(el('span', { class: 'muted', text: words.t('why.row', { row }) }));
    if (observed !== undefined) parts.push(packetLink(this.#context, observed.seq));
    return el('p', { class: 'verdict-line' }, ...parts);
  }

  #checks(checks: readonly Check[], expectation: number): readonly HTMLElement[] {
    if (checks.length === 0) return [];
    const { words } = this.#context.model;
    const items = checks.map((check) => {
      const look = checkLook(check);
      const state = el(
        'span',
        { class: 'verdict' },
        el('span', { class: 'glyph', text: look.glyph, attributes: { 'aria-hidden': 'true' } }),
        words.t(look.key),
      );
      state.dataset['tone'] = look.tone;
      const facts = check.facts.map((fact, at) => this.#facts.item(fact, `${expectation}.${check.id}.${at}`));
      return el(
        'li',
        {},
        el('span', { class: 'check-name', text: words.t(`check.${check.id}`) }),
        state,
        el('ul', { class: 'check-facts' }, ...facts),
      );
    });
    return [el('h3', { text: words.t('why.checks') }), el('ul', { class: 'checks' }, ...items)];
  }

  #siblings(expectation: ExpectationView): readonly ExpectationView[] {
    const { entities } = this.#context.model;
    const ids = [...(entities.lane(`${expectation.server}\n${expectation.clientId}`)?.expectations ?? [])];
    return ids
      .filter((id) => id !== expectation.id)
      .slice(-siblingLimit)
      .flatMap((id) => entities.expectations.get(id) ?? []);
  }

  #others(expectation: ExpectationView, siblings: readonly ExpectationView[]): readonly HTMLElement[] {
    if (siblings.length === 0) return [];
    const { model } = this.#context;
    const { words } = model;
    const items = siblings.map((sibling) => {
      const { tone, glyph } = verdictLook(sibling);
      const state = el('span', { class: 'verdict', text: `${glyph} ${verdictWords(sibling, words)}` });
      state.dataset['tone'] = tone;
      const link = button({
        label: expectationName(sibling, words),
        appearance: 'quiet',
        class: 'link',
        onPress: () => model.select({ kind: 'expectation', id: sibling.id }),
      });
      return el('li', {}, link.element, state);
    });
    return [
      el('h3', { text: words.t('why.choose', { client: clientName(expectation, words) }) }),
      el('ul', { class: 'siblings' }, ...items),
    ];
  }
}

function checkLook({ passed }: Check): {
  readonly key: 'check.passed' | 'check.failed' | 'check.undecided';
  readonly tone: string;
  readonly glyph: string;
} {
  if (passed === 'undecided') return { key: 'check.undecided', tone: 'muted', glyph: '?' };
  return passed
    ? { key: 'check.passed', tone: 'good', glyph: '✓' }
    : { key: 'check.failed', tone: 'bad', glyph: '✗' };
}
