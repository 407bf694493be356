/** How well colours are told apart, by the definitions of WCAG 2. Pure. */

/** Red, green and blue, each from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What symbols, lines and bars need against their ground (WCAG 2.1, 1.4.11). */
export const shapeContrast = 3;
/** What texts need (1.4.3). */
export const textContrast = 4.5;

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** From 1, the same, to 21, black on white. */
export function contrast(one: Rgb, other: Rgb): number {
  const a = luminance(one);
  const b = luminance(other);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * share);
  return [at(0), at(1), at(2)];
}

/**
 * The colour, moved towards that of the text as little as it takes to be seen on this ground; that of the text when not even
 * that is enough, since there is none that the theme means to be seen better.
 */
export function legible(color: Rgb, ground: Rgb, text: Rgb, least: number): Rgb {
  const steps = 20;
  for (let step = 0; step < steps; step += 1) {
    const mixed = mix(color, text, step / steps);
    if (contrast(mixed, ground) >= least) return mixed;
  }
  return text;
}
