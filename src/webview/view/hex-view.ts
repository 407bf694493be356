/** Bytes in hexadecimal and as characters; each byte lights up its field. */
import { asciiByte, hexByte } from '../model/fields.ts';
import { el, setAttribute, setText, uniqueId } from './dom.ts';
import { VirtualRows } from './virtual-rows.ts';

const rowPx = 20;
/** Below this width of the view, rows hold 8 bytes, for a font of 13 px. */
const widePx = 560;

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface HexViewOptions {
  readonly fontSizePx: number;
  /** The byte that the pointer or the keyboard is on; undefined when it left. */
  readonly onPoint: (offset: number | undefined) => void;
  /** What a screen reader says of a byte. */
  readonly describe: (offset: number) => string;
}

export class HexView {
  readonly element: HTMLElement;
  readonly #options: HexViewOptions;
  #rows: VirtualRows;
  #bytes = new Uint8Array(0);
  #perRow = 16;
  #lit: ByteRange | undefined;
  #cursor: number | undefined;

  constructor(options: HexViewOptions) {
    this.#options = options;
    this.element = el('div', { class: 'hex', attributes: { role: 'grid', tabindex: '0' } });
    this.#rows = this.#makeRows();
    this.element.append(this.#rows.element);
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('focus', () => this.#moveTo(this.#cursor ?? this.#lit?.start ?? 0));
    this.element.addEventListener('blur', () => options.onPoint(undefined));
    this.element.addEventListener('pointerover', (event) => {
      const offset = offsetOf(event);
      if (offset !== undefined) options.onPoint(offset);
    });
    this.element.addEventListener('pointerleave', () =>
      options.onPoint(document.activeElement === this.element ? this.#cursor : undefined),
    );
    this.element.addEventListener('click', (event) => {
      const offset = offsetOf(event);
      if (offset !== undefined) this.#moveTo(offset);
    });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  setLabel(label: string): void {
    this.element.setAttribute('aria-label', label);
  }

  setBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#lit = undefined;
    this.#cursor = undefined;
    this.#rows.element.scrollTop = 0;
    this.#rows.setCount(Math.ceil(bytes.length / this.#perRow));
    this.element.removeAttribute('aria-activedescendant');
  }

  /** Lights these bytes. `follow` scrolls to the first. */
  light(range: ByteRange | undefined, follow: boolean): void {
    this.#lit = range;
    if (range !== undefined && range.end > range.start && follow) {
      this.#rows.scrollTo(Math.floor(range.start / this.#perRow));
    } else this.#rows.refresh();
  }

  #fit(): void {
    const perRow = this.element.clientWidth < (widePx * this.#options.fontSizePx) / 13 ? 8 : 16;
    if (perRow === this.#perRow) return;
    this.#perRow = perRow;
    const rows = this.#makeRows();
    this.#rows.element.replaceWith(rows.element);
    this.#rows = rows;
    rows.setCount(Math.ceil(this.#bytes.length / perRow));
  }

  #makeRows(): VirtualRows {
    const rows = new VirtualRows({
      class: 'hex-rows',
      rowHeight: Math.round((rowPx * this.#options.fontSizePx) / 13),
      make: () => this.#makeRow(),
    });
    rows.element.setAttribute('role', 'none');
    return rows;
  }

  #makeRow(): { readonly element: HTMLElement; show(index: number): void } {
    const offset = el('span', { class: 'hex-offset', attributes: { role: 'rowheader' } });
    const make = (name: string, role: string): HTMLElement[] =>
      Array.from({ length: this.#perRow }, () =>
        el('span', { class: name, attributes: { role, id: uniqueId('byte') } }),
      );
    const bytes = make('hex-byte', 'gridcell');
    const characters = make('hex-char', 'none');
    const element = el(
      'div',
      { class: 'hex-row', attributes: { role: 'row' } },
      offset,
      el('span', { class: 'hex-bytes', attributes: { role: 'none' } }, ...bytes),
      el('span', { class: 'hex-chars', attributes: { 'aria-hidden': 'true' } }, ...characters),
    );
    return {
      element,
      show: (index) => {
        const start = index * this.#perRow;
        setText(offset, start.toString(16).padStart(4, '0'));
        bytes.forEach((cell, at) => {
          this.#showByte(cell, start + at, hexByte);
          setAttribute(
            cell,
            'aria-label',
            this.#cursor === start + at ? this.#options.describe(start + at) : undefined,
          );
        });
        characters.forEach((cell, at) => {
          this.#showByte(cell, start + at, asciiByte);
        });
      },
    };
  }

  #showByte(cell: HTMLElement, offset: number, format: (value: number) => string): void {
    const value = this.#bytes[offset];
    setText(cell, value === undefined ? '' : format(value));
    setAttribute(cell, 'data-offset', value === undefined ? undefined : String(offset));
    const lit = this.#lit !== undefined && offset >= this.#lit.start && offset < this.#lit.end;
    setAttribute(cell, 'data-lit', lit && value !== undefined ? '' : undefined);
    setAttribute(cell, 'data-cursor', offset === this.#cursor && value !== undefined ? '' : undefined);
  }

  #moveTo(offset: number): void {
    if (this.#bytes.length === 0) return;
    this.#cursor = Math.max(0, Math.min(offset, this.#bytes.length - 1));
    this.#rows.scrollTo(Math.floor(this.#cursor / this.#perRow));
    this.#options.onPoint(this.#cursor);
    const cell = this.element.querySelector(`.hex-byte[data-offset="${this.#cursor}"]`);
    setAttribute(this.element, 'aria-activedescendant', cell?.id);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#cursor ?? 0;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + this.#perRow,
      ArrowUp: at - this.#perRow,
      Home: 0,
      End: this.#bytes.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    this.#moveTo(next);
    event.preventDefault();
    event.stopPropagation();
  }
}

function offsetOf({ target }: Event): number | undefined {
  const offset = target instanceof HTMLElement ? target.dataset['offset'] : undefined;
  return offset === undefined ? undefined : Number(offset);
}
