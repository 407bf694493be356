/** What stands in place of the lanes when there are none: what to do next. */
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el, setText } from './dom.ts';

export class Empty {
  readonly element = el('div', { class: 'empty' });
  readonly #context: PageContext;
  readonly #title = el('h2');
  readonly #text = el('p');
  readonly #connect;
  readonly #newProfile;
  readonly #actions;
  readonly #clear;

  /** `clearFilter` shows everything again. */
  constructor(context: PageContext, clearFilter: () => void) {
    this.#context = context;
    this.#connect = button({
      label: '',
      appearance: 'primary',
      onPress: () => context.host.post({ type: 'run', command: 'connect' }),
    });
    this.#newProfile = button({
      label: '',
      onPress: () => context.host.post({ type: 'run', command: 'newProfile' }),
    });
    this.#actions = el('div', { class: 'empty-actions' }, this.#connect.element, this.#newProfile.element);
    this.#clear = button({ label: '', onPress: clearFilter });
    this.element.append(this.#title, this.#text, this.#actions, this.#clear.element);
  }

  update(visible: boolean): void {
    this.element.hidden = !visible;
    if (!visible) return;
    const { words, ready, entities } = this.#context.model;
    const filtered = entities.laneCount > 0;
    const nothingYet = ready && !filtered;
    setText(this.#title, words.t(filtered ? 'filter.none' : ready ? 'empty.title' : 'empty.loading'));
    setText(this.#text, nothingYet ? words.t('empty.text') : '');
    this.#connect.setLabel(words.t('empty.connect'));
    this.#newProfile.setLabel(words.t('empty.newProfile'));
    this.#actions.hidden = !nothingYet;
    this.#clear.setLabel(words.t('filter.clear'));
    this.#clear.element.hidden = !filtered;
  }
}
