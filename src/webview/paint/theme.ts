/** The colours and fonts of the canvas, read from the theme's variables; read again when the theme changes. */
import type { PacketFamily } from '../model/record-types.ts';
import type { Tone } from '../model/verdicts.ts';

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
  const fontSizePx = Number.parseFloat(style.fontSize) || 13;
  const family = style.fontFamily;
  const muted = color('muted');
  const outline = read(['contrastBorder']);
  return {
    background: color('background'),
    foreground: color('foreground'),
    muted,
    grid: color('grid'),
    tone: {
      good: color('good'),
      bad: color('bad'),
      warning: color('warning'),
      accent: color('accent'),
      neutral: color('neutral'),
      muted,
    },
    family: {
      connection: color('purple'),
      message: color('accent'),
      subscription: color('yellow'),
      ping: muted,
      unreadable: color('bad'),
      note: muted,
    },
    connection: color('accent'),
    session: color('purple'),
    waiting: color('warning'),
    refused: color('bad'),
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
