/** The page docs/behaviour-check.md, made from the table of probes. */
import { statementLabel } from '../../mqtt/statements.ts';
import { behaviours } from '../known-elsewhere.ts';
import { idOf } from '../probe.ts';
import { allProbes, untried } from '../probes.ts';
import { reportTopics } from '../report.ts';

const introduction = `# The behaviour check

Brokers differ in what they do with wills and Sessions, and it is hard to tell whether the standard is on their side. The check
tries it: from VS Code with **MQTT: Check Broker Behaviour** or the lens **Check** over a profile, or without VS Code with
[\`mqtt-session check\`](mqtt-session.md).

It opens some hundred short connections to the broker, with Client Identifiers and topics that begin with a prefix (\`check\`, or
the setting \`mqttSession.check.prefix\`, or \`--prefix\`), and removes retained messages and Sessions that it leaves behind. It asks before it
touches a broker that is not on this machine. It takes about 20 s where nothing deviates, and less than 45 s otherwise, as what deviates is
tried once more before anything is said.

Each probe ends with a **control**: a will without delay, sent to the same observer and topic, whose connection is cut. When it
does not arrive, that nothing came means nothing, and the probe is \`undecided\`. Its delay is the time that things take here and now, and
lateness is judged beyond it.

| verdict | meaning |
| --- | --- |
| conforms | what the standard demands was seen |
| deviates (MUST) | a statement of the standard is broken |
| deviates (derivable) | what follows from several statements is contradicted |
| deviates (SHOULD) | it goes against an advice: late, for example |
| undecided | what was seen may have another cause, which is named |
| could not be tried | the broker lacks something, or refuses it; the reason is named |

\`D01\` to \`D71\` are rows of the [decision table](decision-table.md). T0 is when the connection ends; D is the Will Delay Interval and E
the Session Expiry Interval. \`W1\` to \`W11\` and \`S1\` to \`S4\` are cases that brokers are known to have failed.`;

export function renderCheckReference(): string {
  const lines = [
    '<!-- Made from the tables in src/check. UPDATE_DOCS=1 npx vitest run --project unit test/unit/check writes it anew. -->',
    introduction,
  ];
  for (const [topic, title] of Object.entries(reportTopics)) {
    const probes = allProbes.filter((probe) => probe.topic === topic);
    if (probes.length === 0) continue;
    lines.push('', `## ${title}`, '', '| probe | also | expected | why |', '| --- | --- | --- | --- |');
    for (const probe of probes) {
      const why = probe.statements.map(statementLabel).join('; ');
      lines.push(`| ${idOf(probe)} | ${probe.rows.slice(1).join(', ')} | ${probe.expected} | ${why} |`);
    }
  }
  lines.push('', '## What is not tried', '');
  for (const [row, reason] of Object.entries(untried)) lines.push(`- ${row}: ${reason}`);
  lines.push(
    '',
    '## Deviations that are known',
    '',
    '| behaviour | seen elsewhere | how to live with it |',
    '| --- | --- | --- |',
  );
  for (const { behaviour, references, howToLiveWithIt } of behaviours) {
    lines.push(`| ${behaviour} | ${references.join(', ')} | ${howToLiveWithIt} |`);
  }
  return `${lines.join('\n')}\n`;
}
