/** Holds what the rules say against what the broker did, and against what a broker without deviations did with the same program. */
import type { ExpectationView } from '../../src/session/model.ts';
import { renderFact } from '../../src/session/sentences.ts';
import { manualClockStartMs } from '../unit/support/manual-clock.ts';
import type { Played, Run } from './virtual-run.ts';

export interface Find {
  readonly what: string;
  readonly expectation: ExpectationView;
}

const promptMs = 1_300;
/** What a network between tap and broker may take, in milliseconds. */
const slackMs = 600;

export function judge(
  run: Run,
  standard: Run,
): { readonly finds: readonly Find[]; readonly open: readonly ExpectationView[] } {
  const finds: Find[] = [];
  const open: ExpectationView[] = [];
  for (const expectation of run.expectations.values()) {
    const one = run.played.find(({ connection }) => connection === expectation.connection);
    const other = standard.played.find(({ which }) => which === one?.which);
    if (one === undefined || other === undefined) continue;
    const find = (what: string): void => void finds.push({ what, expectation });
    const { verdict } = expectation;
    if (verdict === 'pending' && (expectation.dueAtMs ?? 0) < run.untilMs) find('pending at the end');
    if (verdict === 'unobserved' || verdict === 'undecided') open.push(expectation);
    const same = sameBefore(run, standard, one);
    if (expectation.row === 'D60') {
      if (verdict === 'missed' && same) find('not left alone, and as it should be');
    } else if (expectation.kind === 'will') judgeWill(expectation, one, same ? other : undefined, run, find);
    else if (expectation.kind === 'session-present') {
      if (!same || one.present === undefined || other.present === undefined) continue;
      if (verdict === 'met' && one.present !== other.present) find('Session Present is wrong, and met');
      if (verdict === 'missed' && one.present === other.present) find('Session Present is right, and missed');
    } else if (expectation.kind === 'keep-alive') {
      if (!same || one.endedAtMs === undefined || other.endedAtMs === undefined) continue;
      const differs = Math.abs(one.endedAtMs - other.endedAtMs) > slackMs || one.endedBy !== other.endedBy;
      if (verdict === 'met' && differs && one.endedBy === 'server') find('closed at another time, and met');
      if ((verdict === 'missed' || verdict === 'late' || verdict === 'early') && !differs)
        find(`closed as it should be, and ${verdict}`);
    }
  }
  return { finds, open };
}

function judgeWill(
  { verdict, demands, observed, dueAtMs, facts }: ExpectationView,
  one: Played,
  other: Played | undefined,
  run: Run,
  find: (what: string) => void,
): void {
  const { published } = one;
  const should = other?.published;
  const seenAtMs = observed && observed.atMs - manualClockStartMs;
  const queued = facts.some(({ code }) => code === 'receivedQueued' || code === 'receivedRetained');
  if (observed !== undefined && verdict !== 'undecided') {
    const fits = published.some(
      (atMs) => Math.abs((seenAtMs ?? 0) - atMs) <= slackMs || (queued && atMs <= (seenAtMs ?? 0)),
    );
    if (!fits) find('seen, and not published then');
  }
  const due = dueAtMs === undefined ? undefined : dueAtMs - manualClockStartMs;
  if (verdict === 'met' && demands === 'happens') {
    if (published.length === 0) find('met, and not published');
    if (due !== undefined && !published.some((atMs) => Math.abs(atMs - due) <= promptMs + slackMs))
      find('met, and published at another time');
    if (should !== undefined && !like(published, should)) find('met, and not as it should be');
  } else if (verdict === 'missed' && demands === 'happens') {
    if (published.length > 0) find('missed, and published');
    if (should?.length === 0) find('missed, and rightly not published');
  } else if (verdict === 'missed') {
    if (published.length === 0) find('published against the rules, and it was not');
    if ((should?.length ?? 0) > 0) find('published against the rules, and rightly published');
  } else if (verdict === 'cancelled') {
    // A Server may have closed a silent Client just before what it sent came in: told as soon as the will is seen.
    if ((should?.length ?? 0) > 0 && one.step.keepAliveSeconds === 0 && !hadTaker(run, one))
      find('cancelled, and it is due');
    if (published.some((atMs) => wasSeen(run, one, atMs))) find('cancelled, and published');
  } else if (verdict === 'early' || verdict === 'late') {
    if (published.length === 0) find(`${verdict}, and not published`);
    if (should !== undefined && like(published, should, verdict === 'early' ? 50 : promptMs))
      find(`${verdict}, and as it should be`);
  }
}

/** Whether another connection of the Client was asked for at the time: either may have come to the Server first. */
function hadTaker({ played }: Run, one: Played): boolean {
  return played.some(
    ({ step, which, atMs }) =>
      which !== one.which &&
      step.clientId === one.step.clientId &&
      Math.abs(atMs - (one.endedAtMs ?? 0)) <= slackMs,
  );
}

/** Whether somebody in the trace received the message then. */
function wasSeen({ played }: Run, { step }: Played, atMs: number): boolean {
  return played.some(({ received }) =>
    received.some(
      (each) =>
        !each.retain &&
        each.topic === step.will?.topic &&
        each.payload === step.will.payload &&
        each.atMs >= atMs &&
        each.atMs - atMs <= slackMs,
    ),
  );
}

function like(published: readonly number[], should: readonly number[], withinMs = promptMs): boolean {
  const [first] = published;
  const [wanted] = should;
  if (first === undefined || wanted === undefined) return first === wanted;
  return Math.abs(first - wanted) <= withinMs;
}

/** Whether both brokers had done the same to the Client, up to the end of this connection. */
function sameBefore(run: Run, standard: Run, one: Played): boolean {
  const of = (each: Run): readonly Played[] =>
    each.played.filter(
      ({ step, which }) =>
        step.clientId === one.step.clientId && which !== one.which && isBefore(each, which, one.which),
    );
  const other = standard.played.find(({ which }) => which === one.which);
  if (other === undefined || other.present !== one.present || !sameLife(one, other)) return false;
  const before = of(run);
  const beforeThere = of(standard);
  if (before.length !== beforeThere.length) return false;
  return before.every((each) => {
    const there = beforeThere.find(({ which }) => which === each.which);
    return (
      there !== undefined &&
      sameLife(each, there) &&
      each.present === there.present &&
      each.published.join() === there.published.join()
    );
  });
}

function isBefore({ played }: Run, which: number, than: number): boolean {
  const index = (wanted: number): number => played.findIndex((each) => each.which === wanted);
  return index(which) < index(than);
}

function sameLife(one: Played, other: Played): boolean {
  return (
    one.endedAtMs === other.endedAtMs &&
    one.endedBy === other.endedBy &&
    one.acceptedAtMs === other.acceptedAtMs &&
    one.reasonCode === other.reasonCode
  );
}

export function told({
  id,
  kind,
  clientId,
  connection,
  row,
  verdict,
  demands,
  severity,
  facts,
  dueAtMs,
}: ExpectationView): string {
  const due = dueAtMs === undefined ? '' : ` due ${dueAtMs - manualClockStartMs}`;
  return [
    `#${id} ${kind} of ${clientId} (connection ${connection}) ${row ?? ''} ${demands}: ${verdict} (${severity})${due}`,
    ...facts.map((fact) => `    ${renderFact(fact)}`),
  ].join('\n');
}
