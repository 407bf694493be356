import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../../src/check/read-report.ts';
import { compareReports, renderComparison } from '../../../src/check/render/compare.ts';
import { renderReportAsJUnit } from '../../../src/check/render/junit.ts';
import { deviatingRows, renderMarkdown } from '../../../src/check/render/markdown.ts';
import { type CheckReport, countsOf } from '../../../src/check/report.ts';
import { rowsReliedOn } from '../../../src/session/rows-relied-on.ts';
import { checked, inMemory } from './harness.ts';

let plain: CheckReport;
let wrong: CheckReport;
beforeAll(async () => {
  plain = await checked(inMemory());
  wrong = await checked(inMemory({ deviations: ['takeoverUntold', 'willNotCancelledOnResume'] }));
});

describe('a report', () => {
  it('as JSON reads as what it was', () => {
    expect(readReport(JSON.stringify(wrong))).toEqual(JSON.parse(JSON.stringify(wrong)));
  });

  it('tells with each deviation where else it was seen, how to live with it, and why', () => {
    const text = renderMarkdown(wrong, [{ profile: 'lamp', rows: ['D20', 'D37', 'D51'] }]);
    expect(text).toContain('- Profile `lamp` relies on D37, D51.');
    expect(text).toContain('### A will is published although its Session was resumed in time');
    expect(text).toContain('Seen elsewhere too: LabOverWire/mqtt-lib#154');
    expect(text).toContain('A new connection to the Session before the delay has passed');
    expect(deviatingRows(wrong)).toEqual(['D37', 'D44', 'D45', 'D46', 'D47', 'D51', 'D59']);
  });

  it('as JUnit has a test case for each probe, and a failure for each deviation', () => {
    const xml = renderReportAsJUnit(wrong);
    const { must, derivable, should } = countsOf(wrong.probes);
    expect(xml.match(/<testcase /g)).toHaveLength(wrong.probes.length);
    expect(xml.match(/<failure /g)).toHaveLength(must + derivable + should);
  });

  it('has for every probe that was played a trace that never tells a password', async () => {
    const users = [{ username: 'demo', password: 'hunter2' }];
    const world = inMemory({ users });
    const credentials = { userName: 'demo', password: 'hunter2' };
    const report = await checked({ clock: world.clock, target: { ...world.target, credentials } });
    expect(countsOf(report.probes).conforms).toBe(report.probes.length);
    expect(report.probes.every(({ trace }) => trace.length > 0)).toBe(true);
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });
});

describe('two reports', () => {
  it('that say the same', () => {
    expect(compareReports(plain, plain).every(({ change }) => change === 'same')).toBe(true);
    expect(renderComparison(plain, plain)).toContain('The verdicts are the same.');
  });

  it('differ where one deviates', () => {
    const worse = compareReports(plain, wrong).filter(({ change }) => change === 'worse');
    expect(worse.map(({ id }) => id.slice(0, 3))).toEqual([
      'D37',
      'D44',
      'D45',
      'D46',
      'D47',
      'D51',
      'D59',
      'T1 ',
    ]);
    const better = compareReports(wrong, plain).filter(({ change }) => change === 'better');
    expect(better.map(({ id }) => id)).toEqual(worse.map(({ id }) => id));
    expect(renderComparison(plain, wrong)).toContain(
      '| D37 resumed before D | conforms | deviates (MUST) | worse |',
    );
  });

  it('of other probes', () => {
    const [first, ...rest] = plain.probes;
    const less = { ...plain, probes: rest };
    expect(compareReports(plain, less).find(({ id }) => id === first?.id)?.change).toBe('only-first');
    expect(compareReports(less, plain).find(({ id }) => id === first?.id)?.change).toBe('only-second');
  });
});

describe('what is no report', () => {
  it.each([
    ['', 'no JSON'],
    ['[]', 'no report'],
    ['{"format":"mqtt-session-check/1"}', 'not whole'],
    ['{"format":"mqtt-session-check/1","server":"","startedAt":"","probes":[{}]}', 'from its probe 1 on'],
  ])('%s is refused', (text, message) => {
    expect(() => readReport(text)).toThrow(message);
  });

  it('never breaks the comparison: what is read can be compared', () => {
    const whole = JSON.stringify({ ...plain, probes: plain.probes.slice(0, 3) });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 5 }), (at, text) => {
        let read: CheckReport;
        try {
          read = readReport(whole.slice(0, at) + text + whole.slice(at + text.length));
        } catch {
          return;
        }
        expect(typeof renderComparison(read, plain)).toBe('string');
      }),
    );
  });
});

describe('the rows that settings rely on', () => {
  const settings = {
    protocolVersion: 5,
    cleanStart: false,
    keepAliveSeconds: 30,
    identity: 'fixed',
  } as const;

  it('are those of a delayed will', () => {
    const rows = rowsReliedOn({ ...settings, sessionExpiryInterval: 10, will: { willDelayInterval: 5 } });
    expect(rows).toEqual(expect.arrayContaining(['D11', 'D20', 'D27', 'D37', 'D51']));
  });

  it('are none about wills where there is none', () => {
    expect(rowsReliedOn({ ...settings, sessionExpiryInterval: 10 }).filter((row) => row !== 'D01')).toEqual(
      [],
    );
  });
});
