/** The result of a run is a function of its trace: judged again from the records, each step comes out the same. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Evidence } from '../../../src/check/scenario/evidence.ts';
import { isExpectation, judge } from '../../../src/check/scenario/judge.ts';
import type { ScenarioReport } from '../../../src/check/scenario/report.ts';
import { parseWithScenarios } from '../../../src/profile/parse.ts';
import type { ScenarioStep } from '../../../src/profile/scenarios.ts';
import { replay } from '../../../src/trace/deliver.ts';
import type { RecordListener } from '../../../src/trace/listener.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { play } from './support/play.ts';

const profiles = `
profiles:
  watcher: { broker: sandbox, clientId: watcher, subscriptions: [ { topicFilter: '#', qos: 1 } ] }
  now: { broker: sandbox, clientId: now, sessionExpiryInterval: 60s, will: { topic: gone, payload: now, qos: 1 } }
  later:
    broker: sandbox
    clientId: later
    sessionExpiryInterval: 60s
    will: { topic: gone, payload: later, qos: 1, willDelayInterval: 1s, userProperties: { a: b } }
`;

/** Steps that belong together; a run is some of them in any order. */
const episodes = [
  '- connect: watcher',
  '- { disconnect: watcher }',
  '- connect: now',
  '- { takeOver: { as: now, cleanStart: false } }\n- expectClosed: { of: now, reasonCode: 142, within: 300ms }',
  '- cut: now\n- expectWill: { of: now, within: 300ms }',
  '- disconnect: { of: now, reason: withWill }\n- expectWill: { of: now, within: 300ms, payload: now }',
  '- disconnect: now\n- expectNoWill: { of: now, for: 50ms }',
  '- resume: now\n- expectSession: { of: now, present: true }',
  '- connect: later\n- cut: later\n- expectNoWill: { of: later, for: 100ms }',
  '- connect: later\n- close: later\n- expectWill: { of: later, after: 1s, within: 300ms }',
  '- connect: later\n- cut: later\n- resume: later\n- expectNoWill: { of: later, for: 50ms }',
  '- connect: { as: later, cleanStart: false }\n- expectSession: { of: later, present: false }',
  '- publish: { from: now, topic: news, payload: x, qos: 1 }\n- expectMessage: { by: watcher, topic: news, payload: x, within: 200ms }',
  '- publish: { from: watcher, topic: gone, payload: now, qos: 1 }',
  '- expectNoMessage: { by: watcher, topic: news, for: 50ms }',
  '- connect: watcher\n- freeze: { of: watcher, direction: toClient }\n- publish: { from: now, topic: news, payload: held, qos: 1 }\n- expectMessage: { by: watcher, topic: news, payload: held, within: 100ms }\n- thaw: watcher',
  '- delay: { of: watcher, by: 60ms, jitter: 20ms }',
  '- clear: watcher',
  '- dropDisconnect: now\n- disconnect: now\n- expectWill: { of: now, within: 300ms }\n- clear: now',
  '- cut: { of: later, when: { packet: connack, from: server } }\n- connect: { as: later, refused: true }',
] as const;

const deviations = ['willDelayIgnored', 'noWillAt0x04', 'willNotCancelledOnResume', 'sessionPresentAlways0'];

interface Call {
  readonly seq: number;
  tell(to: RecordListener): void;
}

const arbitraryRun = fc.record({
  deviation: fc.option(fc.constantFrom(...deviations), { freq: 2 }),
  chosen: fc.array(fc.constantFrom(...episodes), { minLength: 1, maxLength: 6 }),
});

const outcomes = new Set<string>();
afterAll(() => {
  // A property that only ever sees one outcome shows nothing.
  expect([...outcomes].sort()).toEqual(expect.arrayContaining(['failed', 'passed']));
});

test('a run that is judged again from its trace comes out the same, step by step', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, async ({ deviation, chosen }) => {
      const all = ['- connect: watcher', '- connect: now', ...chosen].join('\n').replaceAll(/^/gm, '      ');
      const sandbox = deviation === null ? '' : `sandbox: { deviations: [${deviation}] }\n`;
      const { file, scenarios } = parseWithScenarios(
        `version: 1${profiles}${sandbox}scenarios:\n  s:\n    steps:\n${all}\n`,
        'x.mqtt.yaml',
      );
      const steps = (scenarios[0]?.steps ?? []).map(({ step }) => step);
      const trace = new Trace();
      const report = await play(steps, file.profiles, file.sandbox, trace);
      for (const { outcome } of report.steps) outcomes.add(outcome);
      expect(judgedAgain(report, steps, trace)).toEqual(
        report.steps.map(({ outcome, observed, facts, seqs }, index) => {
          const step = steps[index];
          const judged = step !== undefined && isExpectation(step) && outcome !== 'not-reached';
          return judged ? { outcome, observed, facts, seqs } : undefined;
        }),
      );
    }),
    { numRuns: 25 },
  );
});

function judgedAgain(
  report: ScenarioReport,
  steps: readonly ScenarioStep[],
  trace: Trace,
): readonly unknown[] {
  const evidence = new Evidence();
  for (const { key, profile, server } of report.clients) evidence.register(key, profile, server);
  const calls: Call[] = [];
  const collect: RecordListener = {
    opened: (...args) => calls.push({ seq: args[0], tell: (to) => to.opened(...args) }),
    packet: (...args) => calls.push({ seq: args[0], tell: (to) => to.packet(...args) }),
    unreadable: (...args) => calls.push({ seq: args[0], tell: (to) => to.unreadable(...args) }),
    closed: (...args) => calls.push({ seq: args[0], tell: (to) => to.closed(...args) }),
    action: (...args) => calls.push({ seq: args[0], tell: (to) => to.action(...args) }),
  };
  replay(trace, collect);
  let next = 0;
  return report.steps.map(({ index, atSeq, startedAtMs, decidedAtMs }) => {
    for (let call = calls[next]; call !== undefined && call.seq <= atSeq; call = calls[next]) {
      call.tell(evidence);
      next += 1;
    }
    const step = steps[index];
    if (step === undefined || startedAtMs === undefined || decidedAtMs === undefined) return undefined;
    evidence.advance(decidedAtMs);
    return isExpectation(step) ? judge(step, startedAtMs, evidence, decidedAtMs) : undefined;
  });
}
