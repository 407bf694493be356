/** The rules of a profile's tap by which faults come. */
import type { Finding } from './checks-of-profiles/finding.ts';
import { find } from './checks-of-profiles/finding.ts';
import { wrongCondition } from './condition-checks.ts';
import type { FaultRule } from './fault-rules.ts';
import { buildFaultRule, faultStepKeys } from './fault-steps.ts';
import type { Settings } from './settings.ts';
import { StepPart } from './step-part.ts';

/** As far as they are whole. */
export function buildTapFaults(rules: readonly Settings[]): readonly FaultRule[] {
  return rules.flatMap((rule) =>
    faultStepKeys.flatMap((key) => {
      const part = new StepPart(rule).part(key);
      const built = part && buildFaultRule(key, part);
      return built === undefined ? [] : [{ ...built, clientId: part?.text('client') }];
    }),
  );
}

/** What keeps a rule from ever making its fault. @param settings those of a profile */
export function* checkTapFaults(settings: Settings): Iterable<Finding> {
  const tap = settings.entries.get('tap')?.value;
  const list = tap?.kind === 'object' ? tap.settings.entries.get('faults')?.value : undefined;
  if (list?.kind !== 'list') return;
  for (const [index, { value }] of list.items.entries()) {
    if (value.kind !== 'object' || value.settings.broken) continue;
    const path = ['tap', 'faults', index];
    const { entries } = value.settings;
    if (entries.size === 0) {
      const next = `Write one of ${faultStepKeys.map((key) => `\`${key}\``).join(', ')}.`;
      yield find('tap-fault', path, { why: 'This rule names no fault', next });
    }
    for (const [key, setting] of entries) {
      if (setting.value.kind !== 'object') continue;
      const when = setting.value.settings.entries.get('when');
      const wrong = when && wrongCondition(when);
      if (wrong !== undefined) yield find('tap-fault', [...path, key, 'when'], { ...wrong });
    }
  }
}
