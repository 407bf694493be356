/** Profiles that stand for programs under test: somebody else starts those, and they connect to the tap of their profile. */
import type { Fault } from '../../profile/faults.ts';
import { isProgramStep, type ScenarioStep } from '../../profile/scenarios.ts';

/** Names of the profiles that stand for programs. */
export function programsOf(steps: readonly ScenarioStep[]): ReadonlySet<string> {
  return new Set(steps.filter(isProgramStep).map(({ client }) => client));
}

/** The steps as they can be done: what a Client of ours would do to its own connection, the network does to that of a program. */
export function withPrograms(steps: readonly ScenarioStep[]): readonly ScenarioStep[] {
  const programs = programsOf(steps);
  return steps.map((step) => {
    if (step.do !== 'cut' && step.do !== 'close' && step.do !== 'freeze') return step;
    if (!programs.has(step.client)) return step;
    return { do: 'fault', client: step.client, rule: { fault: faults[step.do] } };
  });
}

const faults: Readonly<Record<'cut' | 'close' | 'freeze', Fault>> = {
  cut: { kind: 'reset_peer' },
  close: { kind: 'close' },
  freeze: { kind: 'freeze', direction: 'both' },
};
