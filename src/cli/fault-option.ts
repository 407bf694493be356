/** `--fault`: a fault and when it comes, as words on a command line. */
import type { FaultRule } from '../profile/fault-rules.ts';
import { faultValues, readFaultRule } from '../profile/fault-text.ts';
import { type FaultKind, faultRows } from '../profile/faults.ts';
import { UsageError } from './errors.ts';

/** What `--fault` takes, for the help. */
export const faultHelp = `Makes a fault, on each connection unless a condition says otherwise; may be given again. A fault is a word, and its values: ${Object.entries(
  faultRows,
)
  .map(([kind, { help }]) => {
    const values = faultValues[kind as FaultKind].map((value) => ` ${value}=...`).join('');
    return `\`${kind}${values}\` ${help.charAt(0).toLowerCase()}${help.slice(1, -1)}`;
  })
  .join(
    '; ',
  )}. Conditions, which all must hold: \`client=ID\` (\`*\` stands for any characters), \`nth=N\` for the nth connection, \`every=N\`, \`packet=TYPE\` when such a packet has passed (\`count=N\` for the nth, \`from=server\` where both sides send it), \`after=DURATION\` so much later. For example: "reset_peer client=demo packet=publish count=3".`;

/** @throws UsageError that names what is not understood */
export function readFault(text: string): FaultRule {
  const rule = readFaultRule(text);
  if (!rule.ok) throw new UsageError(`\`--fault\`: ${rule.message}`);
  return rule.value;
}
