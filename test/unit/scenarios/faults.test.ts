/** Faults as steps: with them each scenario comes out as it is told, over real sockets, and without them it does not. */
import { afterAll, describe, expect, test } from 'vitest';
import type { ScenarioReport } from '../../../src/engine/messages.ts';
import { fileOf, open, passing, withFaults, withoutFaults } from './support/fault-stories.ts';
import { linesOf, Scenes } from './support/scenes.ts';

const scenes = new Scenes();
afterAll(() => scenes.stop());

const play = (steps: string, run: string): Promise<ScenarioReport> =>
  scenes.run(fileOf(steps, 'sandbox', 'x', '2s'), 's', () => undefined, run);

const told = ({ steps }: ScenarioReport): string => steps.map(linesOf).join('\n');

describe('a scenario with a fault', () => {
  test.concurrent.each(Object.entries(passing))('%s', async (name, steps) => {
    const [faulty, sound] = await Promise.all([
      play(withFaults(steps), `${name} with`),
      play(withoutFaults(steps), `${name} without`),
    ]);
    expect(told(faulty), told(faulty)).not.toMatch(/failed|undecided|not-reached/);
    expect(faulty.outcome).toBe('passed');
    expect(sound.outcome, told(sound)).not.toBe('passed');
  });
});

describe('what faults keep from being known', () => {
  test.each(Object.entries(open))('%s', async (name, steps) => {
    const report = await play(withFaults(steps), name);
    await expect(`${report.outcome}\n${told(report)}\n`).toMatchFileSnapshot(
      `golden/faults/${name.replaceAll(/\W+/g, '-')}.txt`,
    );
  });
});
