/** Widths of texts in one font, remembered: measuring costs more than drawing. */
export class TextMeasure {
  readonly #context: CanvasRenderingContext2D;
  readonly #font: string;
  readonly #known = new Map<string, number>();

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.#context = context;
    this.#font = font;
  }

  readonly width = (text: string): number => {
    let width = this.#known.get(text);
    if (width === undefined) {
      this.#context.font = this.#font;
      width = this.#context.measureText(text).width;
      if (this.#known.size > 5000) this.#known.clear();
      this.#known.set(text, width);
    }
    return width;
  };
}
