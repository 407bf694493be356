import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LaneSort,
  laneSorts,
  type OrderedLane,
  ordered,
} from '../../../src/webview/model/lane-order.ts';
import { noticed } from '../../e2e/page/support/stories.ts';
import { modelOf } from './support.ts';

function lane(name: string, more: Partial<OrderedLane> = {}): OrderedLane {
  return { key: name, name, isObserver: false, hasTrouble: false, ...more };
}

const lanes = [
  lane('observer', { isObserver: true }),
  lane('device-10'),
  lane('Device-2', { hasTrouble: true }),
  lane('device-1'),
];

const order = (sort: LaneSort, ...pinned: string[]): string[] =>
  ordered(lanes, sort, new Set(pinned)).map(({ name }) => name);

describe('the order of lanes', () => {
  it('is that in which they came, and who only watches stands last', () => {
    expect(order('arrival')).toEqual(['device-10', 'Device-2', 'device-1', 'observer']);
  });

  it('begins with the newest, if so chosen', () => {
    expect(order('newest')).toEqual(['device-1', 'Device-2', 'device-10', 'observer']);
  });

  it('is by name as people count', () => {
    expect(order('name')).toEqual(['device-1', 'Device-2', 'device-10', 'observer']);
  });

  it('begins with trouble', () => {
    expect(order('trouble')).toEqual(['Device-2', 'device-10', 'device-1', 'observer']);
  });

  it('begins with what is pinned, whatever the order', () => {
    expect(order('arrival', 'device-1')[0]).toBe('device-1');
    expect(order('trouble', 'device-1', 'device-10')).toEqual([
      'device-10',
      'device-1',
      'Device-2',
      'observer',
    ]);
  });

  it('loses none and doubles none', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 6 }), { maxLength: 30 }),
        fc.constantFrom(...laneSorts),
        fc.array(fc.string({ maxLength: 6 })),
        (names, sort, pinned) => {
          const all = names.map((name, at) =>
            lane(name, { hasTrouble: at % 3 === 0, isObserver: at % 7 === 6 }),
          );
          expect([...ordered(all, sort, new Set(pinned))].map(({ key }) => key).sort()).toEqual(
            names.toSorted(),
          );
        },
      ),
    );
  });
});

describe('the page', () => {
  it('places its lanes in the chosen order, and the pinned one first', () => {
    const model = modelOf(noticed());
    const shown = (): (string | undefined)[] =>
      model.layout.lanes.map(({ key }) =>
        model.entities.lane(key)?.clientId.replace(/^sessionObserver.*/, 'observer'),
      );
    expect(shown()).toEqual(['user', 'lamp', 'sensor', 'observer']);
    model.setSort('name');
    expect(shown()).toEqual(['lamp', 'sensor', 'user', 'observer']);
    model.togglePin('localhost:1883\nuser');
    expect(shown()).toEqual(['user', 'lamp', 'sensor', 'observer']);
    model.togglePin('localhost:1883\nuser');
    expect(shown()[0]).toBe('lamp');
  });
});
