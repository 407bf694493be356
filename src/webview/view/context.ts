/** What every part of the page works with. */
import type { Host } from '../host.ts';
import type { PageModel } from '../model/page-model.ts';

export interface PageContext {
  readonly model: PageModel;
  readonly host: Host;
}

/** A part of the page that is drawn by itself. */
export interface View {
  readonly element: HTMLElement;
  update(): void;
}
