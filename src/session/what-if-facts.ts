/** The facts of a case as a table tells them: each once, without what only a trace shows, and with times counted from T. */
import type { Fact } from './model.ts';
import { formatTemplate } from './sentences.ts';
import { lossAtMs } from './what-if-stage.ts';

/** What the rules say about evidence: here there is none to look at. */
const onlyOfTraces: ReadonlySet<string> = new Set([
  'sessionEndUnseen',
  'sessionEndShown',
  'sessionOutlived',
  'sessionPresent',
  'lastPacket',
  'notClosedYet',
]);

export function mergeFacts(lists: readonly (readonly Fact[])[]): readonly Fact[] {
  const told = new Map<string, Fact>();
  for (const fact of lists.flat()) {
    if (onlyOfTraces.has(fact.code)) continue;
    const key = `${fact.code} ${JSON.stringify(fact.params)}`;
    if (!told.has(key)) told.set(key, fact);
  }
  const all = [...told.values()];
  const better = all.some(({ code }) => code !== 'cameBack' && code.startsWith('cameBack'));
  return better ? all.filter(({ code }) => code !== 'cameBack') : all;
}

/** The fact without its record, times of day as `T + 5 s`; `zeroMs` is T. */
export function timeless(fact: Fact, zeroMs: number = lossAtMs): Fact {
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fact.params)) {
    params[name] = typeof value === 'number' && /(^at|At)Ms$/.test(name) ? fromLoss(value - zeroMs) : value;
  }
  return { code: fact.code, params, statement: fact.statement };
}

/** `T`, `T + 5 s`, `T − 100 ms`. */
export function fromLoss(ms: number): string {
  if (ms === 0) return 'T';
  const duration = formatTemplate('{spanMs}', { spanMs: Math.abs(ms) });
  return ms < 0 ? `T − ${duration}` : `T + ${duration}`;
}
