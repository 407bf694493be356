/** A line above the timeline about the engine, or about a capture, until it is dismissed. */
import type { HostCommand, PageNotice } from '../messages.ts';
import type { StringKey } from '../strings.ts';
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import { el, setText } from './dom.ts';

export class Notice implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #text = el('span', { class: 'notice-text' });
  readonly #actions = el('span', { class: 'notice-actions' });
  readonly #dismiss;
  #shown: PageNotice | undefined;

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
      this.#actions,
      this.#dismiss.element,
    );
  }

  update(): void {
    const { notice, words } = this.#context.model;
    this.element.hidden = notice === undefined;
    this.#dismiss.setLabel(words.t('button.dismiss'));
    if (notice === this.#shown) return;
    this.#shown = notice;
    setText(
      this.#text,
      notice === undefined
        ? ''
        : words.t(`notice.${notice.kind}`, { endedAtMs: notice.atMs, text: notice.text ?? '' }),
    );
    this.#actions.replaceChildren(...offered(notice).map((each) => this.#action(each)));
  }

  #action({ command, label, isFirst }: Offer): HTMLElement {
    const { model, host } = this.#context;
    return button({
      label: model.words.t(label),
      appearance: isFirst ? 'primary' : 'secondary',
      onPress: () => host.post({ type: 'run', command }),
    }).element;
  }
}

interface Offer {
  readonly command: HostCommand;
  readonly label: StringKey;
  readonly isFirst: boolean;
}

/** What can be done about it, the likeliest first. */
function offered(notice: PageNotice | undefined): readonly Offer[] {
  if (notice === undefined) return [];
  const next: Readonly<Partial<Record<PageNotice['kind'], readonly [HostCommand, StringKey]>>> = {
    engineFailed: ['restartEngine', 'notice.restart'],
    engineRestarted: ['connect', 'empty.connect'],
  };
  const commands = [
    ...(next[notice.kind] === undefined ? [] : [next[notice.kind]]),
    ...(notice.recorded ? [['openRecorded', 'notice.openRecorded'] as const] : []),
  ].filter((each) => each !== undefined);
  return commands.map(([command, label], at) => ({ command, label, isFirst: at === 0 }));
}
