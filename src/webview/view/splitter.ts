/** The bar between the timeline and the details; drags, and moves by arrow keys. */
import { el } from './dom.ts';

const smallest = 0.15;
const largest = 0.8;
const keyStep = 0.04;

export class Splitter {
  readonly element = el('div', {
    class: 'splitter',
    attributes: { role: 'separator', tabindex: '0', 'aria-orientation': 'horizontal' },
  });
  readonly #moved: (share: number) => void;
  #share: number;

  /** `share` is what of the height the part below takes. */
  constructor(share: number, moved: (share: number) => void) {
    this.#share = share;
    this.#moved = moved;
    this.element.setAttribute('aria-valuemin', String(smallest * 100));
    this.element.setAttribute('aria-valuemax', String(largest * 100));
    this.element.addEventListener('pointerdown', (event) => this.#drag(event));
    this.element.addEventListener('keydown', (event) => {
      const step = { ArrowUp: keyStep, ArrowDown: -keyStep }[event.key];
      if (step === undefined) return;
      this.#set(this.#share + step);
      event.preventDefault();
      event.stopPropagation();
    });
    this.#set(share);
  }

  setLabel(label: string): void {
    this.element.setAttribute('aria-label', label);
  }

  #set(share: number): void {
    this.#share = Math.min(largest, Math.max(smallest, share));
    this.element.setAttribute('aria-valuenow', String(Math.round(this.#share * 100)));
    this.#moved(this.#share);
  }

  #drag(event: PointerEvent): void {
    const parent = this.element.parentElement;
    if (event.button !== 0 || parent === null) return;
    this.element.setPointerCapture(event.pointerId);
    const stop = new AbortController();
    const { signal } = stop;
    this.element.addEventListener(
      'pointermove',
      ({ clientY }) => {
        const { bottom, height } = parent.getBoundingClientRect();
        this.#set((bottom - clientY) / height);
      },
      { signal },
    );
    for (const type of ['pointerup', 'pointercancel'] as const) {
      this.element.addEventListener(type, () => stop.abort(), { signal });
    }
  }
}
