/** The countdown strip: what is due next, how long it takes, and what could be done about it. */
import {
  type Countdown,
  countdownActions,
  countdownsOf,
  countdownWords,
  nextChangeMs,
  progressOf,
} from '../model/countdowns.ts';
import { whyTitle } from '../model/describe.ts';
import { laneKeyOf } from '../model/entities.ts';
import { verdictLook } from '../model/verdicts.ts';
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el, setAttribute, setText } from './dom.ts';

interface StripRow {
  readonly element: HTMLElement;
  update(countdown: Countdown, nowMs: number, offersActions: boolean): void;
}

export class Strip {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #list = el('ul', { class: 'strip-rows' });
  readonly #more = el('p', { class: 'strip-more' });
  readonly #rows = new Map<string, StripRow>();
  #countdowns: readonly Countdown[] = [];
  /** When the next decided row leaves. */
  #leavesAtMs: number | undefined;

  constructor(context: PageContext) {
    this.#context = context;
    this.element = el('section', { class: 'strip' }, this.#list, this.#more);
  }

  /** Which rows there are; costs what there is to sort. */
  update(): void {
    const { model } = this.#context;
    const nowMs = model.clock.now();
    const recent = model.recentlyDecided(nowMs);
    const { rows, more } = countdownsOf(model.entities, recent.ids);
    this.#countdowns = rows;
    this.#leavesAtMs = recent.nextMs === undefined ? undefined : nowMs + recent.nextMs;
    this.element.setAttribute('aria-label', model.words.t('countdown.label'));
    this.element.hidden = rows.length === 0;
    this.#more.hidden = more === 0;
    setText(this.#more, more === 0 ? '' : model.words.count('countdown.more', more));
    this.#arrange();
    this.tick();
  }

  /** The times of the rows that there are. Says in how many milliseconds they change again. */
  tick(): number | undefined {
    const { model } = this.#context;
    const nowMs = model.clock.now();
    const offered = new Set<string>();
    for (const countdown of this.#countdowns) {
      // What helps one countdown of a client helps them all: once is enough.
      const { server, clientId, verdict } = countdown.expectation;
      const client = laneKeyOf({ server, clientId });
      this.#rows.get(countdown.key)?.update(countdown, nowMs, !offered.has(client));
      if (verdict === 'pending') offered.add(client);
    }
    return nextChangeMs(this.#countdowns, nowMs);
  }

  /** Whether the time of a decided row is up. */
  isLeaving(nowMs: number): boolean {
    return this.#leavesAtMs !== undefined && nowMs >= this.#leavesAtMs;
  }

  /** In how many milliseconds the next decided row leaves. */
  nextMs(nowMs: number): number | undefined {
    return this.#leavesAtMs === undefined ? undefined : Math.max(0, this.#leavesAtMs - nowMs);
  }

  #arrange(): void {
    const wanted = new Set(this.#countdowns.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let before: Element | null = this.#list.firstElementChild;
    for (const { key, expectation } of this.#countdowns) {
      let row = this.#rows.get(key);
      if (row === undefined) {
        row = stripRow(this.#context, expectation.id);
        this.#rows.set(key, row);
      }
      if (row.element === before) before = before.nextElementSibling;
      else this.#list.insertBefore(row.element, before);
    }
  }
}

function stripRow(context: PageContext, id: number): StripRow {
  const { model, host } = context;
  const name = button({
    label: '',
    appearance: 'quiet',
    class: 'link strip-name',
    onPress: () => model.select({ kind: 'expectation', id }),
  });
  const glyph = el('span', { class: 'glyph', attributes: { 'aria-hidden': 'true' } });
  const remaining = el('span');
  const fill = el('div', { class: 'bar-fill' });
  const bar = el('div', { class: 'bar', attributes: { 'aria-hidden': 'true' } }, fill);
  const reason = el('span', { class: 'strip-reason' });
  const actions = el('span', { class: 'strip-actions' });
  const element = el(
    'li',
    { class: 'strip-row' },
    name.element,
    el('span', { class: 'strip-remaining' }, glyph, remaining),
    bar,
    reason,
    actions,
  );
  let shownActions = '';

  return {
    element,
    update(countdown, nowMs, offersActions) {
      const { words, entities, clients } = model;
      const { expectation } = countdown;
      const said = countdownWords(countdown, entities, nowMs, words);
      const decided = expectation.verdict !== 'pending';
      name.setLabel(said.name);
      name.setTitle(words.t('countdown.why', { title: whyTitle(expectation, words) }));
      setText(glyph, decided ? `${verdictLook(expectation).glyph} ` : '');
      setText(remaining, said.remaining);
      setText(reason, said.reason);
      setAttribute(element, 'data-tone', said.tone);
      setAttribute(element, 'data-decided', decided ? '' : undefined);
      fill.style.transform = `scaleX(${(1 - progressOf(countdown, nowMs)).toFixed(4)})`;
      const offered = offersActions ? countdownActions(expectation, clients) : [];
      const key = offered.map(({ client, action }) => `${client.key}\n${action}`).join('\n\n');
      if (key === shownActions) return;
      shownActions = key;
      actions.replaceChildren(
        ...offered.map(({ client, action }) => {
          const label = words.t(`action.${action}`);
          return button({
            label,
            ariaLabel: words.t('action.of', { action: label, client: client.clientId }),
            onPress: () => host.post({ type: 'action', client: client.key, action }),
          }).element;
        }),
      );
    },
  };
}
