/** The header: which Servers, how much, the view's buttons, the filter. */
import { type LaneSort, laneSorts } from '../model/lane-order.ts';
import { button, textField } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import { el, setAttribute, setText, uniqueId } from './dom.ts';
import { openMenu } from './menu.ts';

export interface HeaderActions {
  toggleLive(): void;
  fit(): void;
  zoom(factor: number): void;
  sort(sort: LaneSort): void;
  filter(text: string): void;
}

export class Header implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #title = el('h1');
  readonly #counts = el('span', { class: 'counts' });
  readonly #problem = el('p', { class: 'filter-problem', attributes: { id: uniqueId('filter-problem') } });
  readonly #live;
  readonly #fit;
  readonly #zoomIn;
  readonly #zoomOut;
  readonly #sort;
  readonly #filter;
  readonly #toolbar = el('div', { class: 'toolbar', attributes: { role: 'toolbar' } });

  constructor(context: PageContext, actions: HeaderActions) {
    this.#context = context;
    const { words } = context.model;
    this.#live = button({
      label: words.t('button.live'),
      icon: 'live',
      class: 'live',
      onPress: () => actions.toggleLive(),
    });
    this.#fit = button({ label: words.t('button.fit'), icon: 'fit', onPress: () => actions.fit() });
    this.#zoomOut = button({
      label: words.t('button.zoomOut'),
      icon: 'zoomOut',
      iconOnly: true,
      appearance: 'quiet',
      onPress: () => actions.zoom(0.5),
    });
    this.#zoomIn = button({
      label: words.t('button.zoomIn'),
      icon: 'zoomIn',
      iconOnly: true,
      appearance: 'quiet',
      onPress: () => actions.zoom(2),
    });
    this.#sort = button({
      label: '',
      icon: 'sort',
      iconOnly: true,
      appearance: 'quiet',
      onPress: () => this.#openSorts(actions),
    });
    this.#sort.element.ariaHasPopup = 'menu';
    this.#filter = textField({ class: 'filter', onInput: (text) => actions.filter(text) });
    this.#filter.setValue(context.model.filterText);
    this.#toolbar.append(
      this.#live.element,
      this.#fit.element,
      this.#zoomOut.element,
      this.#zoomIn.element,
      this.#sort.element,
    );
    this.element = el(
      'header',
      { class: 'header' },
      el('div', { class: 'heading' }, this.#title, this.#counts),
      this.#toolbar,
      el('div', { class: 'filter-box' }, this.#filter.element, this.#problem),
    );
  }

  focusFilter(): void {
    this.#filter.focus();
  }

  clearFilter(): void {
    this.#filter.setValue('');
  }

  update(): void {
    const { model } = this.#context;
    const { words } = model;
    const { servers } = model.entities;
    const title =
      servers.length === 0
        ? words.t('page.title')
        : words.t('page.titleServers', { servers: servers.join(', ') });
    setText(this.#title, title);
    this.#title.title = title;
    setText(this.#counts, this.#countWords());
    this.#toolbar.setAttribute('aria-label', words.t('page.toolbar'));

    const { live } = model.ui;
    this.#live.element.hidden = model.stopped;
    this.#live.setLabel(words.t(live ? 'button.pause' : 'button.live'));
    this.#live.setIcon(live ? 'pause' : 'live');
    this.#live.setTitle(words.t(live ? 'button.pause.title' : 'button.live.title'));
    setAttribute(this.#live.element, 'appearance', live ? 'secondary' : 'primary');
    this.#fit.setLabel(words.t('button.fit'));
    this.#fit.setTitle(words.t('button.fit.title'));
    for (const [control, key] of [
      [this.#zoomIn, 'button.zoomIn'],
      [this.#zoomOut, 'button.zoomOut'],
    ] as const) {
      control.setLabel(words.t(key));
      control.setTitle(words.t(key));
    }

    const order = words.t('button.sort', { sort: words.t(`sort.${model.ui.sort}`) });
    this.#sort.setLabel(order);
    this.#sort.setTitle(order);

    this.#filter.setTexts({
      label: words.t('filter.label'),
      placeholder: words.t('filter.placeholder'),
      title: words.t('filter.title'),
    });
    const [problem] = model.filter.problems;
    setText(this.#problem, problem === undefined ? '' : words.t(problem.code, { value: problem.value }));
    this.#problem.hidden = problem === undefined;
  }

  #openSorts(actions: HeaderActions): void {
    const { words, ui } = this.#context.model;
    const label = words.t('button.sort', { sort: words.t(`sort.${ui.sort}`) });
    openMenu(
      this.#sort.element,
      label,
      laneSorts.map((sort) => ({
        label: words.t(`sort.${sort}`),
        checked: sort === ui.sort,
        run: () => actions.sort(sort),
      })),
    );
  }

  #countWords(): string {
    const { model } = this.#context;
    const { words, records, index, stats, filter } = model;
    const parts: string[] = [];
    if (filter.terms.length > 0) {
      parts.push(
        words.t('page.shown', { shown: words.number(index.count), count: words.number(records.size) }),
      );
    } else if (records.size > 0) parts.push(words.count('page.packets', records.size));
    const untilAtMs = model.clock.stoppedAtMs ?? 0;
    if (untilAtMs > 0) parts.push(words.t(model.isCapture ? 'page.until' : 'page.stoppedAt', { untilAtMs }));
    if (stats.dropped > 0) parts.push(words.count('page.dropped', stats.dropped));
    return parts.join(' · ');
  }
}
