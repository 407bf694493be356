import type { Disposable } from 'vscode';

/** So often a view or an item is drawn anew at most, in milliseconds. */
const throttleMs = 250;
const tickMs = 1_000;

/**
 * Draws something anew when it has changed, but not more often than people can follow, and once a second while something
 * in it counts down. Does nothing while it is not visible.
 */
export class Refresher implements Disposable {
  readonly #draw: () => void;
  readonly #countsDown: () => boolean;
  #visible: boolean;
  #throttle: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #dirty = false;

  constructor(options: { draw(): void; countsDown(): boolean; visible: boolean }) {
    this.#draw = () => options.draw();
    this.#countsDown = () => options.countsDown();
    this.#visible = options.visible;
  }

  /** Something has changed. */
  changed(): void {
    this.#dirty = true;
    if (!this.#visible || this.#throttle !== undefined) return;
    this.#throttle = setTimeout(() => {
      this.#throttle = undefined;
      this.#refresh();
    }, throttleMs);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#refresh();
    else this.#stop();
  }

  dispose(): void {
    this.#visible = false;
    this.#stop();
  }

  #refresh(): void {
    if (!this.#visible) return;
    if (this.#dirty || this.#tick !== undefined) this.#draw();
    this.#dirty = false;
    const counting = this.#countsDown();
    if (counting) this.#tick ??= setInterval(() => this.#onTick(), tickMs);
    else this.#stopTick();
  }

  #onTick(): void {
    this.#draw();
    this.#dirty = false;
    if (!this.#countsDown()) this.#stopTick();
  }

  #stop(): void {
    clearTimeout(this.#throttle);
    this.#throttle = undefined;
    this.#stopTick();
  }

  #stopTick(): void {
    clearInterval(this.#tick);
    this.#tick = undefined;
  }
}
