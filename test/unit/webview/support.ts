import { laneMetrics } from '../../../src/webview/geometry/lanes.ts';
import type { ToPage } from '../../../src/webview/messages.ts';
import { PageModel, type Part } from '../../../src/webview/model/page-model.ts';
import type { Wire } from '../../e2e/page/support/wire.ts';

export interface ModelUnderTest {
  readonly model: PageModel;
  /** The parts that changed since the last call. */
  takeChanged(): ReadonlySet<Part>;
}

/** A page's model with the clock of the wire, and in UTC. */
export function modelFor(wire: Wire): ModelUnderTest {
  let changed = new Set<Part>();
  const model = new PageModel({
    pageNow: () => wire.nowMs,
    metrics: laneMetrics,
    timeZone: 'UTC',
    changed: (parts) => {
      for (const part of parts) changed.add(part);
    },
  });
  return {
    model,
    takeChanged: () => {
      const taken = changed;
      changed = new Set();
      return taken;
    },
  };
}

/** A model that has been told all that happened on the wire. */
export function modelOf(wire: Wire): PageModel {
  const { model } = modelFor(wire);
  model.receiveState(wire.state());
  model.receiveChanges(wire.changes());
  return model;
}

export type ChangesMessage = Extract<ToPage, { readonly type: 'changes' }>;
