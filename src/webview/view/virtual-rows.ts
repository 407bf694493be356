/** A scrolling list of which only the rows in view exist. */
import { rowWindow, scrollToRow } from '../geometry/row-window.ts';
import { el } from './dom.ts';

export interface VirtualRow {
  readonly element: HTMLElement;
  /** Shows what stands at this index. */
  show(index: number): void;
}

export class VirtualRows {
  /** Scrolls; the caller gives it role, name and keys. */
  readonly element: HTMLElement;
  readonly #spacer = el('div', { class: 'virtual-spacer', attributes: { role: 'none' } });
  readonly #make: () => VirtualRow;
  readonly #rows: VirtualRow[] = [];
  #rowHeight: number;
  #count = 0;
  #first = 0;
  #viewHeight = 0;
  /** Whether it was scrolled to its end last; that it grew, or became lower, leaves it there. */
  #isAtEnd = true;
  /** Where to scroll once the list has a size: what is not displayed cannot be scrolled. */
  #awaited: number | 'end' | undefined;

  constructor(options: {
    readonly class: string;
    readonly rowHeight: number;
    readonly make: () => VirtualRow;
    /** Who is at the end stays there when the list becomes lower. */
    readonly keepsEnd?: () => boolean;
  }) {
    this.#make = options.make;
    this.#rowHeight = options.rowHeight;
    this.element = el('div', { class: `virtual ${options.class}` }, this.#spacer);
    this.element.addEventListener('scroll', () => {
      this.#noteEnd();
      this.refresh();
    });
    new ResizeObserver(() => {
      this.#viewHeight = this.element.clientHeight;
      const awaited = this.#awaited ?? (options.keepsEnd?.() === true && this.#isAtEnd ? 'end' : undefined);
      if (awaited === undefined || this.#viewHeight === 0) this.refresh();
      else if (awaited === 'end') this.scrollToEnd();
      else this.scrollTo(awaited);
    }).observe(this.element);
  }

  get count(): number {
    return this.#count;
  }

  get isAtEnd(): boolean {
    return this.#awaited === undefined ? this.#isAtEnd : this.#awaited === 'end';
  }

  /** How many rows a page holds. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewHeight / this.#rowHeight));
  }

  setCount(count: number): void {
    this.#count = count;
    this.refresh();
  }

  setRowHeight(rowHeight: number): void {
    this.#rowHeight = rowHeight;
    this.refresh();
  }

  scrollToEnd(): void {
    this.#awaited = this.#viewHeight === 0 ? 'end' : undefined;
    this.refresh();
    this.element.scrollTop = this.element.scrollHeight;
  }

  scrollTo(index: number): void {
    this.#awaited = this.#viewHeight === 0 ? index : undefined;
    if (this.#awaited !== undefined) return;
    this.refresh();
    const to = scrollToRow(index, this.#count, this.#rowHeight, this.element.scrollTop, this.#viewHeight);
    if (to !== undefined) this.element.scrollTop = to;
    // The event comes later, and until then nobody may take it back to the end.
    this.#noteEnd();
    this.refresh();
  }

  #noteEnd(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < this.#rowHeight * 1.5;
  }

  /** The element that shows this index, when it is in view. */
  rowAt(index: number): HTMLElement | undefined {
    const row = this.#rows[index - this.#first];
    return row?.element.hidden === false ? row.element : undefined;
  }

  /** Shows again what is in view. */
  refresh(): void {
    const { scrollTop } = this.element;
    const view = rowWindow(this.#count, this.#rowHeight, scrollTop, this.#viewHeight);
    this.#first = view.first;
    this.#spacer.style.height = `${view.height}px`;
    while (this.#rows.length < view.count) {
      const row = this.#make();
      this.#rows.push(row);
      this.#spacer.append(row.element);
    }
    this.#rows.forEach((row, at) => {
      const isUsed = at < view.count;
      row.element.hidden = !isUsed;
      if (!isUsed) return;
      row.element.style.transform = `translateY(${view.top + at * this.#rowHeight}px)`;
      row.element.style.height = `${this.#rowHeight}px`;
      row.show(view.first + at);
    });
  }
}
