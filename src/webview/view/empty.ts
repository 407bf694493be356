/** What stands in place of the lanes when there are none: what to do next. */
import type { PageTap } from '../messages.ts';
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el, setAttribute, setText } from './dom.ts';

/** So many taps are named. */
const namedTaps = 3;

export class Empty {
  readonly element = el('div', { class: 'empty' });
  readonly #context: PageContext;
  readonly #title = el('h2');
  readonly #text = el('p');
  readonly #taps = el('ul', { class: 'empty-taps' });
  #shownTaps: readonly PageTap[] = [];
  readonly #tapAddress;
  readonly #connect;
  readonly #newProfile;
  readonly #actions;
  readonly #clear;

  /** `clearFilter` shows everything again. */
  constructor(context: PageContext, clearFilter: () => void) {
    this.#context = context;
    this.#tapAddress = button({
      label: '',
      appearance: 'primary',
      onPress: () => context.host.post({ type: 'run', command: 'copyTapAddress' }),
    });
    this.#connect = button({
      label: '',
      appearance: 'primary',
      onPress: () => context.host.post({ type: 'run', command: 'connect' }),
    });
    this.#newProfile = button({
      label: '',
      onPress: () => context.host.post({ type: 'run', command: 'newProfile' }),
    });
    const buttons = [this.#tapAddress, this.#connect, this.#newProfile].map(({ element }) => element);
    this.#actions = el('div', { class: 'empty-actions' }, ...buttons);
    this.#clear = button({ label: '', onPress: clearFilter });
    this.element.append(this.#title, this.#taps, this.#text, this.#actions, this.#clear.element);
  }

  update(visible: boolean): void {
    this.element.hidden = !visible;
    if (!visible) return;
    const { words, ready, entities, taps } = this.#context.model;
    const filtered = entities.laneCount > 0;
    const nothingYet = ready && !filtered;
    const waits = nothingYet && taps.length > 0;
    const title = filtered ? 'filter.none' : ready ? 'empty.title' : 'empty.loading';
    setText(this.#title, waits ? words.count('empty.tap.title', taps.length) : words.t(title));
    setText(this.#text, nothingYet ? words.t(waits ? 'empty.tap.text' : 'empty.text') : '');
    this.#taps.hidden = !waits;
    if (waits) this.#nameTaps(taps);
    this.#tapAddress.setLabel(words.t('empty.tap.copy'));
    this.#tapAddress.element.hidden = !waits;
    this.#connect.setLabel(words.t('empty.connect'));
    this.#newProfile.setLabel(words.t('empty.newProfile'));
    this.#newProfile.element.hidden = waits;
    // One button is what most want next.
    setAttribute(this.#connect.element, 'appearance', waits ? 'secondary' : 'primary');
    this.#actions.hidden = !nothingYet;
    this.#clear.setLabel(words.t('filter.clear'));
    this.#clear.element.hidden = !filtered;
  }

  #nameTaps(taps: readonly PageTap[]): void {
    if (taps === this.#shownTaps) return;
    this.#shownTaps = taps;
    const { words } = this.#context.model;
    const rows = taps.slice(0, namedTaps).map(({ address, to, refusal }) => {
      const way = el('span', { text: words.t('empty.tap.to', { to }) });
      const row = el('li', {}, el('code', { text: address }), way);
      if (refusal === undefined) return row;
      const glyph = el('span', { class: 'glyph', text: '!', attributes: { 'aria-hidden': 'true' } });
      const refuses = el('span', { class: 'verdict' }, glyph, refusal);
      refuses.dataset['tone'] = 'warning';
      row.append(refuses);
      return row;
    });
    const more = taps.length - rows.length;
    if (more > 0) rows.push(el('li', { text: words.count('countdown.more', more) }));
    this.#taps.replaceChildren(...rows);
  }
}
