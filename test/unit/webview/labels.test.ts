import { describe, expect, it } from 'vitest';
import { placeLabels, type UnplacedMark } from '../../../src/webview/geometry/labels.ts';

const measure = (text: string): number => text.length * 6;

function mark(x: number, label: string): UnplacedMark {
  return { symbol: 'star', tone: 'good', x, y: 10, label, ahead: false, target: { kind: 'will', id: 1 } };
}

const placesOf = (...marks: UnplacedMark[]): (number | undefined)[] =>
  placeLabels(marks, measure, 500).map(({ labelX }) => labelX);

describe('labels beside marks', () => {
  it('stand to the right', () => {
    expect(placesOf(mark(100, 'published'))).toEqual([112]);
  });

  it('stand to the left where the view ends', () => {
    expect(placesOf(mark(480, 'published'))).toEqual([480 - 12 - 54]);
  });

  it('stand to the left where the next mark is near', () => {
    expect(placesOf(mark(200, 'published'), mark(230, 'cancelled'))).toEqual([134, 242]);
  });

  it('are left out rather than laid over each other', () => {
    const [first, second, third] = placesOf(
      mark(60, 'published'),
      mark(75, 'cancelled'),
      mark(90, 'discarded'),
    );
    expect(first).toBeUndefined();
    expect(second).toBeUndefined();
    expect(third).toBe(102);
  });
});
