/** The colours and fonts of the canvas, read from the theme's variables; read again when the theme changes. */
import type { PacketFamily } from '../model/record-types.ts';
import type { Tone } from '../model/verdicts.ts';
import { legible, type Rgb, shapeContrast, textContrast } from './contrast.ts';

export interface Palette {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly tone: Readonly<Record<Tone, string>>;
  readonly family: Readonly<Record<PacketFamily, string>>;
  readonly connection: string;
  readonly session: string;
  readonly waiting: string;
  readonly refused: string;
  readonly focus: string;
  /** The background of what is selected; high contrast has none. */
  readonly selection: string | undefined;
  /** How strongly lines of the ground are drawn: in high contrast their colour is that of borders, and loud. */
  readonly gridAlpha: number;
  /** In high contrast, shapes have an outline instead of a tint. */
  readonly outline: string | undefined;
  readonly font: string;
  readonly smallFont: string;
  readonly fontSizePx: number;
}

/** Each colour is the first of these variables that the theme sets; else the foreground. */
const variables = {
  background: ['editor-background'],
  foreground: ['foreground', 'editor-foreground'],
  muted: ['descriptionForeground', 'foreground'],
  grid: ['panel-border', 'widget-border', 'contrastBorder'],
  good: ['charts-green', 'testing-iconPassed'],
  bad: ['charts-red', 'errorForeground'],
  warning: ['charts-orange', 'editorWarning-foreground'],
  accent: ['charts-blue', 'textLink-foreground'],
  neutral: ['foreground'],
  purple: ['charts-purple'],
  yellow: ['charts-yellow'],
  focus: ['focusBorder', 'contrastActiveBorder'],
} as const;

export function readPalette(of: HTMLElement): Palette {
  const style = getComputedStyle(of);
  const read = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return undefined;
  };
  const color = (name: keyof typeof variables): string => read(variables[name]) ?? style.color;
  const ground = pixel(color('background'));
  const text = pixel(color('foreground'), ground);
  const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;
  // VS Code's own orange for charts is half transparent, since it is that of the minimap, and on white hardly seen.
  const solid = (name: keyof typeof variables): string =>
    css(legible(pixel(color(name)), ground, text, shapeContrast));
  const fontSizePx = Number.parseFloat(style.fontSize) || 13;
  const family = style.fontFamily;
  const muted = css(legible(pixel(color('muted'), ground), ground, text, textContrast));
  const outline = read(['contrastBorder']);
  return {
    background: color('background'),
    foreground: color('foreground'),
    muted,
    grid: color('grid'),
    tone: {
      good: solid('good'),
      bad: solid('bad'),
      warning: solid('warning'),
      accent: solid('accent'),
      neutral: color('neutral'),
      muted,
    },
    family: {
      connection: solid('purple'),
      message: solid('accent'),
      subscription: solid('yellow'),
      ping: muted,
      unreadable: solid('bad'),
      note: muted,
    },
    connection: solid('accent'),
    session: solid('purple'),
    waiting: solid('warning'),
    refused: solid('bad'),
    focus: color('focus'),
    selection: read(['list-inactiveSelectionBackground']),
    gridAlpha: outline === undefined ? 1 : 0.4,
    outline,
    font: `${Math.round(fontSizePx * 0.92)}px ${family}`,
    smallFont: `${Math.round(fontSizePx * 0.85)}px ${family}`,
    fontSizePx,
  };
}

/** Calls back whenever the theme, the fonts or the size of a device pixel may have changed. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'style'] });
}

/** A colour of a theme, over a ground if it lets that shine through; else as if it did not. */
function pixel(color: string, ground?: Rgb): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (context === null) return [128, 128, 128];
  if (ground !== undefined) {
    context.fillStyle = `rgb(${ground.join(' ')})`;
    context.fillRect(0, 0, 1, 1);
  }
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
