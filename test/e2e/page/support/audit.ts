/** What can be found out about a page's accessibility by looking at it: names, contrast, overflow. */
import type { Page } from 'playwright-core';

export interface LowContrast {
  readonly text: string;
  readonly ratio: number;
  readonly color: string;
  readonly ground: string;
}

/**
 * Texts whose contrast with what is behind them is below `least` (WCAG 2 asks for 4.5), and symbols that only
 * repeat what a text says below 3.
 */
export function lowContrast(page: Page, least: number): Promise<readonly LowContrast[]> {
  return page.evaluate((wanted) => {
    type Color = readonly [red: number, green: number, blue: number, alpha: number];
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const parse = (color: string): Color => {
      if (context === null) return [0, 0, 0, 0];
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (top: Color, below: Color): Color => {
      const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const parentOf = (element: Element): Element | undefined => {
      if (element.parentElement !== null) return element.parentElement;
      const root = element.getRootNode();
      return root instanceof ShadowRoot ? root.host : undefined;
    };
    const groundOf = (element: Element): Color => {
      const layers: Color[] = [];
      let at: Element | undefined = element;
      while (at !== undefined) {
        layers.push(parse(getComputedStyle(at).backgroundColor));
        at = at.parentElement === null && at.assignedSlot !== null ? at.assignedSlot : parentOf(at);
      }
      return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1] as Color);
    };
    const luminance = ([red, green, blue]: Color): number => {
      const linear = (value: number): number =>
        value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const found: LowContrast[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (element === null || text === '' || element.closest('script, style, [hidden], .visually-hidden'))
        continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const ground = groundOf(element);
      const color = over(parse(getComputedStyle(element).color), ground);
      const [light, dark] = [luminance(color), luminance(ground)].sort((a, b) => b - a);
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const isSymbol = element.closest('[aria-hidden="true"]') !== null && text.length === 1;
      if (ratio < (isSymbol ? 3 : wanted)) {
        found.push({ text: text.slice(0, 40), ratio, color: color.join(), ground: ground.join() });
      }
    }
    return found;
  }, least);
}

/** Controls without a name, by their markup. */
export function unnamedControls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll(
      'vscode-button, vscode-text-field, vscode-panel-tab, [tabindex="0"], [role="treeitem"], [role="separator"]',
    );
    return [...controls]
      .filter(
        (element) => element.closest('[hidden]') === null && !element.tagName.startsWith('VSCODE-PANELS'),
      )
      .filter((element) => {
        const name = element.getAttribute('aria-label') ?? element.getAttribute('aria-labelledby') ?? '';
        return name.trim() === '' && (element.textContent?.trim() ?? '') === '';
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });
}

/** References by id that lead nowhere, such as `aria-activedescendant`. */
export function brokenReferences(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    ['aria-activedescendant', 'aria-controls', 'aria-labelledby', 'aria-describedby'].flatMap((attribute) =>
      [...document.querySelectorAll(`[${attribute}]`)]
        .filter((element) => document.getElementById(element.getAttribute(attribute) ?? '') === null)
        .map((element) => `${attribute}: ${element.outerHTML.slice(0, 120)}`),
    ),
  );
}

/** How many pixels of the page lie beyond its right edge. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Pairs of visible controls that lie over each other. */
export function overlappingControls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll('vscode-button, vscode-text-field, h1, .strip-remaining, .lane-name'),
    ]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 0 && element.closest('[hidden]') === null)
      .filter(({ element, box }) => {
        const clip = element.closest('.lanes, .strip-rows, .details')?.getBoundingClientRect();
        return clip === undefined || (box.top >= clip.top && box.bottom <= clip.bottom);
      });
    const name = (element: Element): string =>
      element.getAttribute('aria-label') ?? element.textContent ?? '';
    return controls.flatMap((one, at) =>
      controls
        .slice(at + 1)
        .filter(
          ({ element, box }) =>
            !one.element.contains(element) &&
            box.left < one.box.right - 1 &&
            box.right > one.box.left + 1 &&
            box.top < one.box.bottom - 1 &&
            box.bottom > one.box.top + 1,
        )
        .map(({ element }) => `${name(one.element)} and ${name(element)}`),
    );
  });
}
