/** Random programs in which the hunt for wrong verdicts once found one, and some more, played again: `npm run hunt:verdicts` plays others. */
import { describe, expect, test } from 'vitest';
import { huntOnce } from '../../hunt/virtual-hunt.ts';

/** Where a verdict was wrong, told from what the broker did. */
const seeds = [
  11, 22, 29, 34, 50, 65, 66, 68, 83, 95, 144, 154, 169, 192, 223, 450, 501, 771, 1458, 20034, 20086, 20089,
  21457, 30203, 30690, 50183,
];

describe('what the rules say of a random program is what the broker did, live and reopened', () => {
  test.each(seeds)('with seed %i', async (seed) => {
    const { finds, differences, faults } = await huntOnce(seed);
    expect(faults).toEqual([]);
    expect(finds.map(({ what }) => what)).toEqual([]);
    expect(differences).toBeUndefined();
  });
});
