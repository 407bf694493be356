/** Judges `expectInsight` and `expectNoInsight`: what the session rules recognise in the habits of a Client. */
import type { ScenarioStep } from '../../profile/scenarios.ts';
import type { InsightView } from '../../session/model.ts';
import { formatTemplate, insightTitles } from '../../session/sentences.ts';
import type { Evidence } from './evidence.ts';
import { type Decided, decided, type Judgement, say } from './judgement.ts';

type ExpectInsight = Extract<ScenarioStep, { do: 'expectInsight' }>;
type ExpectNoInsight = Extract<ScenarioStep, { do: 'expectNoInsight' }>;

export function judgeInsight(
  { client, kind, withinMs }: ExpectInsight,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const none = notThere(client, evidence);
  if (none !== undefined) return none;
  const all = evidence.insightsOf(client);
  const found = all.find((each) => each.kind === kind);
  if (found !== undefined) return seen('passed', found);
  const untilMs = sinceMs + withinMs;
  if (nowMs < untilMs) return { untilMs };
  const kinds = all.map((each) => each.kind).join(', ');
  const observed =
    kinds === '' ? say('insightDidNotCome', { forMs: nowMs - sinceMs }) : say('insightOthers', { kinds });
  return decided(
    'failed',
    observed,
    all.map(({ lastSeq }) => lastSeq),
  );
}

export function judgeNoInsight(
  { client, kind, forMs }: ExpectNoInsight,
  sinceMs: number,
  evidence: Evidence,
  nowMs: number,
): Judgement {
  const none = notThere(client, evidence);
  if (none !== undefined) return none;
  const found = evidence.insightsOf(client).find((each) => kind === undefined || each.kind === kind);
  if (found !== undefined) return seen('failed', found);
  const untilMs = sinceMs + forMs;
  if (nowMs < untilMs) return { untilMs };
  const last = evidence.connectionsOf(client).at(-1);
  return decided('passed', say('noInsightCame'), [last?.connectSeq]);
}

function seen(outcome: Decided['outcome'], { kind, clientId, facts, remedy, packets }: InsightView): Decided {
  const title = formatTemplate(insightTitles[kind], { clientId });
  return decided(outcome, say('insightCame', { kind, title }), packets, [...facts, remedy]);
}

function notThere(client: string, evidence: Evidence): Decided | undefined {
  const connected = evidence.connectionsOf(client).some(({ connectSeq }) => connectSeq > 0);
  return connected ? undefined : decided('failed', say('neverConnected', { client }));
}
