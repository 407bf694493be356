/** The fields of a packet, as a tree whose rows light up bytes. */
import type { FieldRow } from '../model/fields.ts';
import type { PageContext } from './context.ts';
import { el, setAttribute, setText, uniqueId } from './dom.ts';
import { VirtualRows } from './virtual-rows.ts';

const rowPx = 22;

export interface FieldListOptions {
  readonly context: PageContext;
  readonly fontSizePx: number;
  /** The row that the pointer or the keyboard is on; undefined when it left. */
  readonly onPoint: (row: number | undefined) => void;
}

export class FieldList {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #list: VirtualRows;
  readonly #onPoint: (row: number | undefined) => void;
  #rows: readonly FieldRow[] = [];
  #lit: number | undefined;
  #active: number | undefined;

  constructor({ context, fontSizePx, onPoint }: FieldListOptions) {
    this.#context = context;
    this.#onPoint = onPoint;
    this.#list = new VirtualRows({
      class: 'field-rows',
      rowHeight: Math.round((rowPx * fontSizePx) / 13),
      make: () => this.#makeRow(),
    });
    this.element = this.#list.element;
    this.element.setAttribute('role', 'tree');
    this.element.tabIndex = 0;
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('focus', () => this.#point(this.#active ?? 0));
    this.element.addEventListener('blur', () => this.#onPoint(undefined));
    this.element.addEventListener('pointerover', (event) => this.#hover(event));
    this.element.addEventListener('pointerleave', () =>
      this.#onPoint(document.activeElement === this.element ? this.#active : undefined),
    );
    this.element.addEventListener('click', (event) => this.#point(rowOf(event)));
  }

  setRows(rows: readonly FieldRow[]): void {
    this.#rows = rows;
    this.#lit = undefined;
    this.#active = undefined;
    this.element.scrollTop = 0;
    this.#list.setCount(rows.length);
    this.element.removeAttribute('aria-activedescendant');
  }

  setLabel(label: string): void {
    this.element.setAttribute('aria-label', label);
  }

  /** Shows which row belongs to what is lit. `follow` scrolls to it. */
  light(row: number | undefined, follow: boolean): void {
    this.#lit = row;
    if (row !== undefined && follow) this.#list.scrollTo(row);
    else this.#list.refresh();
  }

  #point(row: number | undefined): void {
    if (row === undefined || row >= this.#rows.length) return;
    this.#active = row;
    this.#list.scrollTo(row);
    this.#onPoint(row);
    setAttribute(this.element, 'aria-activedescendant', this.#list.rowAt(row)?.id);
  }

  #makeRow(): { readonly element: HTMLElement; show(index: number): void } {
    const name = el('span', { class: 'field-name' });
    const value = el('span', { class: 'field-value' });
    const element = el(
      'div',
      { class: 'field-row', attributes: { role: 'treeitem', id: uniqueId('field') } },
      name,
      value,
    );
    return {
      element,
      show: (index) => {
        const row = this.#rows[index];
        if (row === undefined) return;
        const { field, level } = row;
        element.dataset['row'] = String(index);
        name.style.paddingInlineStart = `${level * 16}px`;
        setText(name, field.name);
        setText(value, field.secret === true ? this.#context.model.words.t('packet.secret') : field.value);
        setAttribute(
          value,
          'title',
          field.value.length > 40 && field.secret !== true ? field.value : undefined,
        );
        setAttribute(element, 'aria-level', String(level + 1));
        setAttribute(element, 'aria-selected', index === this.#active ? 'true' : 'false');
        setAttribute(element, 'data-group', field.fields === undefined ? undefined : '');
        setAttribute(element, 'data-secret', field.secret === true ? '' : undefined);
        setAttribute(element, 'data-lit', index === this.#lit ? '' : undefined);
      },
    };
  }

  #hover(event: Event): void {
    const row = rowOf(event);
    if (row !== undefined) this.#onPoint(row);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#active ?? -1;
    const last = this.#rows.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    this.#point(next);
    event.preventDefault();
    event.stopPropagation();
  }
}

function rowOf({ target }: Event): number | undefined {
  const row = target instanceof Element ? target.closest('.field-row') : null;
  return row instanceof HTMLElement ? Number(row.dataset['row']) : undefined;
}
