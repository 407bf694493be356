/** A line above the timeline about the engine, until it is dismissed. */
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import { el, setText } from './dom.ts';

export class Notice implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #text = el('span');
  readonly #dismiss;

  constructor(context: PageContext) {
    this.#context = context;
    this.#dismiss = button({
      label: context.model.words.t('button.dismiss'),
      icon: 'close',
      iconOnly: true,
      appearance: 'quiet',
      onPress: () => context.model.setNotice(undefined),
    });
    this.element = el(
      'div',
      { class: 'notice', attributes: { role: 'alert' } },
      this.#text,
      this.#dismiss.element,
    );
  }

  update(): void {
    const { notice, words } = this.#context.model;
    this.element.hidden = notice === undefined;
    setText(this.#text, notice === undefined ? '' : words.t(`notice.${notice}`));
    this.#dismiss.setLabel(words.t('button.dismiss'));
  }
}
