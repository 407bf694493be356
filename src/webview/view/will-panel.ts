/** One will: every field of it, and what became of it. */
import type { Field } from '../../mqtt/packet.ts';
import type { WillView } from '../../session/model.ts';
import { clientName } from '../model/describe.ts';
import { fieldsNamed, flattenFields } from '../model/fields.ts';
import { verdictLook, willWords } from '../model/verdicts.ts';
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import type { DetailsStore } from './details-store.ts';
import { el } from './dom.ts';
import { packetLink } from './links.ts';

const neverExpires = 0xffffffff;

export class WillPanel implements View {
  readonly element = el('div', { class: 'will-panel' });
  readonly #context: PageContext;
  readonly #store: DetailsStore;
  /** What the panel shows; drawn again only when one of these is another. */
  #shown: readonly unknown[] = [];

  constructor(context: PageContext, store: DetailsStore) {
    this.#context = context;
    this.#store = store;
  }

  update(): void {
    const { model } = this.#context;
    const { entities, words, ui } = model;
    const will = ui.will === undefined ? undefined : entities.wills.get(ui.will);
    const answer = will === undefined ? undefined : this.#store.get(will.connectSeq);
    const expectation =
      will?.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
    const session = will === undefined ? undefined : entities.sessions.get(will.session);
    const shown = [will, answer, expectation, session?.sessionExpiryInterval, words];
    if (shown.length === this.#shown.length && shown.every((each, at) => each === this.#shown[at])) return;
    this.#shown = shown;
    if (will === undefined) {
      this.element.replaceChildren(el('p', { class: 'hint', text: words.t('will.none') }));
      return;
    }
    const fields = answer?.state === 'ready' ? fieldsNamed(answer.details.fields, 'Will') : [];
    this.element.replaceChildren(
      el('h2', { text: words.t('will.title', { client: clientName(will, words) }) }),
      this.#summary(will, session?.sessionExpiryInterval),
      ...this.#fieldTable(fields),
    );
  }

  #summary(will: WillView, sessionExpiryInterval: number | undefined): HTMLElement {
    const { model } = this.#context;
    const { words, entities } = model;
    const expectation =
      will.expectation === undefined ? undefined : entities.expectations.get(will.expectation);
    const list = el('dl', { class: 'facts' });
    const add = (term: string, ...values: readonly (Node | string)[]): void => {
      list.append(el('dt', { text: term }), el('dd', {}, ...values));
    };
    const state = el('span', { class: 'verdict', text: willWords(will, expectation, words) });
    if (expectation !== undefined) state.dataset['tone'] = verdictLook(expectation).tone;
    const { foreseen } = will;
    if (foreseen !== undefined)
      state.textContent = words.t('will.foreseen', { dueAt: words.clock(foreseen.dueAtMs, 1) });
    const reason = expectation?.id ?? foreseen?.expectation;
    add(words.t('will.state'), state, ...(reason === undefined ? [] : [this.#whyButton(reason)]));
    add(words.t('will.topic'), code(will.topic));
    const length = words.t('will.payloadLength', { length: words.number(will.payloadLength) });
    add(
      words.t('will.payload'),
      will.payloadLength === 0 ? words.t('will.empty') : code(will.payloadPreview),
      el('span', { class: 'muted', text: ` ${length}` }),
    );
    add(words.t('will.qos'), String(will.qos));
    add(words.t('will.retain'), words.t(will.retain ? 'will.yes' : 'will.no'));
    if (will.version === 5) {
      add(words.t('will.delay'), words.interval(will.willDelayInterval));
      if (sessionExpiryInterval !== undefined) {
        add(
          words.t('will.expiry'),
          sessionExpiryInterval === neverExpires
            ? words.t('will.never')
            : words.interval(sessionExpiryInterval),
        );
      }
    }
    add(words.t('will.versionName'), words.t(`version.${will.version}`));
    add(words.t('will.carriedBy'), packetLink(this.#context, will.connectSeq));
    if (will.publishSeq !== undefined)
      add(words.t('will.publishedBy'), packetLink(this.#context, will.publishSeq));
    return list;
  }

  #whyButton(expectation: number): HTMLElement {
    const { model } = this.#context;
    return button({
      label: model.words.t('will.showWhy'),
      appearance: 'quiet',
      class: 'link',
      onPress: () => model.select({ kind: 'expectation', id: expectation }),
    }).element;
  }

  #fieldTable(fields: readonly Field[]): readonly HTMLElement[] {
    if (fields.length === 0) return [];
    const { words } = this.#context.model;
    const rows = flattenFields(fields).map(({ field, level }) => {
      const name = el('th', { text: field.name, attributes: { scope: 'row' } });
      name.style.paddingInlineStart = `${level * 16}px`;
      if (field.fields !== undefined) name.dataset['group'] = '';
      return el(
        'tr',
        {},
        name,
        el('td', {}, code(field.secret === true ? words.t('packet.secret') : field.value)),
      );
    });
    return [
      el('h3', { text: words.t('will.properties') }),
      el('table', { class: 'field-table' }, el('tbody', {}, ...rows)),
    ];
  }
}

function code(text: string): HTMLElement {
  return el('code', { text });
}
