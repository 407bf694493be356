/** The timeline that web pages usually take, as the yardstick of panning: vis-timeline with its own way of moving. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** Opens a page with so many items in so many groups, all of them in view, and returns it. The caller closes it. */
export async function openVisTimeline(
  browser: Browser,
  size: { readonly width: number; readonly height: number },
  crowd: { readonly items: number; readonly groups: number; readonly spanMs: number },
): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  const folder = dirname(createRequire(import.meta.url).resolve('vis-timeline/package.json'));
  await page.setContent('<!DOCTYPE html><title>yardstick</title><div id="timeline"></div>');
  await page.addScriptTag({
    content: readFileSync(join(folder, 'standalone', 'umd', 'vis-timeline-graph2d.min.js'), 'utf8'),
  });
  await page.addStyleTag({
    content: readFileSync(join(folder, 'styles', 'vis-timeline-graph2d.min.css'), 'utf8'),
  });
  await page.evaluate(
    ({ items, groups, spanMs, height }) => {
      const { vis } = globalThis as unknown as { vis: VisTimeline };
      const start = Date.UTC(2026, 0, 1);
      const rows = Array.from({ length: groups }, (_, id) => ({ id, content: `client-${id}` }));
      const points = Array.from({ length: items }, (_, id) => ({
        id,
        group: id % groups,
        start: start + (id / items) * spanMs,
        type: 'point',
        content: '',
      }));
      const options = { start, end: start + spanMs, stack: false, height: `${height}px` };
      const element = document.querySelector('#timeline');
      if (element === null) throw new Error('The page has no place for the timeline');
      const timeline = new vis.Timeline(element, points, rows, options);
      const pan = (byMs: number): void => {
        const shown = timeline.getWindow();
        timeline.setWindow(shown.start.getTime() + byMs, shown.end.getTime() + byMs, { animation: false });
      };
      Object.assign(globalThis, { pan });
    },
    { ...crowd, height: size.height },
  );
  return page;
}

interface VisTimeline {
  readonly Timeline: new (
    element: Element,
    items: readonly object[],
    groups: readonly object[],
    options: object,
  ) => {
    getWindow(): { readonly start: Date; readonly end: Date };
    setWindow(startMs: number, endMs: number, options: { readonly animation: boolean }): void;
  };
}
