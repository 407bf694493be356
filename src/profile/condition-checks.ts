/** Whether the condition of a fault can hold at all, and says something. */
import { TO_SERVER } from '../mqtt/packet.ts';
import { packetTypes } from '../mqtt/packet-types.ts';
import { messageOf } from './checks.ts';
import type { Problems } from './problems.ts';
import type { Setting, Settings } from './settings.ts';
import { StepPart } from './step-part.ts';

/** @param step the settings of one step */
export function checkCondition(step: Settings, problems: Problems): void {
  for (const { value } of step.entries.values()) {
    const when = value.kind === 'object' ? value.settings.entries.get('when') : undefined;
    const wrong = when && wrongCondition(when);
    if (when !== undefined && wrong !== undefined) {
      problems.add('scenario-fault-condition', when.keyRange, messageOf('scenario-fault-condition', wrong));
    }
  }
}

/** What is wrong with a condition, and what to do. */
export function wrongCondition({
  value,
}: Setting): { readonly why: string; readonly next: string } | undefined {
  if (value.kind !== 'object' || value.settings.broken) return undefined;
  const { entries } = value.settings;
  const part = new StepPart(value.settings);
  if (entries.size === 0) {
    return {
      why: '`when` names no condition',
      next: 'Write one, or leave `when` out: the fault comes at once.',
    };
  }
  const lonely = ['count', 'from'].find((key) => entries.has(key));
  if (lonely !== undefined && !entries.has('packet')) {
    return { why: `\`${lonely}\` is about packets, and no \`packet\` is named`, next: 'Name its type.' };
  }
  const nth = part.number('nth');
  const every = part.number('every');
  if (nth !== undefined && every !== undefined && nth % every !== 0) {
    return {
      why: `Connection ${nth} is none of each ${every}th, so the fault never comes`,
      next: 'Leave one of `nth` and `every` out.',
    };
  }
  const row = packetTypes.find(({ type }) => type === part.text('packet'));
  const from = part.text('from');
  if (row?.direction === undefined || from === undefined) return undefined;
  const sender = row.direction === TO_SERVER ? 'client' : 'server';
  return from === sender
    ? undefined
    : {
        why: `${row.name} never comes from the ${from}, so the fault never comes`,
        next: `Write \`from: ${sender}\`, or leave it out.`,
      };
}
