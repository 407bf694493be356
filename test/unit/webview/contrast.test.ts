import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contrast,
  legible,
  type Rgb,
  shapeContrast,
  textContrast,
} from '../../../src/webview/paint/contrast.ts';
import { type ThemeName, themes } from '../../e2e/page/support/themes.ts';

const channel = fc.integer({ min: 0, max: 255 });
const color = fc.tuple(channel, channel, channel);
const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

describe('contrast', () => {
  it('is 21 between black and white, 1 between the same, and the same in both directions', () => {
    expect(contrast(black, white)).toBeCloseTo(21);
    expect(contrast([118, 118, 118], white)).toBeCloseTo(4.54, 2);
    fc.assert(
      fc.property(color, color, (one, other) => {
        expect(contrast(one, other)).toBeCloseTo(contrast(other, one));
        expect(contrast(one, one)).toBe(1);
      }),
    );
  });
});

describe('a colour of the theme', () => {
  it('stays as it is where it is seen', () => {
    expect(legible([55, 148, 255], [31, 31, 31], [204, 204, 204], shapeContrast)).toEqual([55, 148, 255]);
  });

  it('is moved towards that of the text where it is not, and is then seen as well as was asked for', () => {
    fc.assert(
      fc.property(color, color, fc.constantFrom(shapeContrast, textContrast), (from, ground, least) => {
        const text = contrast(white, ground) > contrast(black, ground) ? white : black;
        expect(contrast(legible(from, ground, text, least), ground)).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  const names: readonly ThemeName[] = ['light', 'dark', 'highContrast'];
  it.each(names)('of the theme %s can be told from the ground', (theme) => {
    const { variables } = themes[theme];
    const of = (name: string): Rgb => {
      const [, red = '', green = '', blue = ''] =
        /^#(..)(..)(..)/.exec(variables[`${name}` as keyof typeof variables] ?? '') ?? [];
      return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
    };
    for (const name of ['green', 'red', 'orange', 'blue', 'purple', 'yellow']) {
      const shown = legible(of(`charts-${name}`), of('editor-background'), of('foreground'), shapeContrast);
      expect(contrast(shown, of('editor-background')), name).toBeGreaterThanOrEqual(shapeContrast);
    }
  });
});
