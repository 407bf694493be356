/** Which entities changed since somebody last asked. */

export interface Viewable<View> {
  /** The entity as it is now, as plain data that does not change afterwards. */
  view(): View;
}

export class Changed<View> {
  readonly #entities = new Set<Viewable<View>>();

  mark(entity: Viewable<View>): void {
    this.#entities.add(entity);
  }

  /** Each entity once, in the order of its first change. */
  take(): View[] {
    const views: View[] = [];
    for (const entity of this.#entities) views.push(entity.view());
    this.#entities.clear();
    return views;
  }
}
