/** The pages of reports in Chromium, with the colours of a theme: What-if, and a behaviour check in which each verdict stands. */
import type { Browser, Page } from 'playwright-core';
import type { CheckVerdict, ProbeReport } from '../../../../src/check/report.ts';
import { reportFormat, reportTopics } from '../../../../src/check/report.ts';
import { checkBody } from '../../../../src/extension/check/check-page.ts';
import { checkPageTexts } from '../../../../src/extension/check/check-page-texts.ts';
import { checkStyle } from '../../../../src/extension/check/check-style.ts';
import { whatIfBody, whatIfDocument } from '../../../../src/extension/what-if/what-if-page.ts';
import { whatIfStyle } from '../../../../src/extension/what-if/what-if-style.ts';
import { factTemplates } from '../../../../src/session/sentences.ts';
import { whatIf } from '../../../../src/session/what-if.ts';
import { whatIfTexts } from '../../../../src/session/what-if-words.ts';
import { type ThemeName, themes } from './themes.ts';

export const reportPages = { 'What-if': whatIfPage, 'the behaviour check': checkPage } as const;
export type ReportName = keyof typeof reportPages;

function whatIfPage(): string {
  const table = whatIf({
    protocolVersion: 5,
    cleanStart: true,
    keepAliveSeconds: 30,
    sessionExpiryInterval: 10,
    will: { willDelayInterval: 5 },
    identity: 'fixed',
  });
  const texts = { texts: whatIfTexts, facts: factTemplates, locale: 'en' };
  const body = whatIfBody({ profile: 'demo', file: 'will.mqtt.yaml', table, problems: [], ...texts });
  return whatIfDocument(body, whatIfStyle, 'What If: demo', 'en', 'nonce');
}

const statement = { version: 5, id: 'MQTT-3.1.3-9' } as const;

function probe(number: number, verdict: CheckVerdict, more: Partial<ProbeReport> = {}): ProbeReport {
  return {
    id: `D${number} cut, Will Delay 2 s`,
    topic: 'ends',
    rows: [`D${number}`],
    what: 'The connection is cut',
    version: 5,
    expected: 'W1 after 2 s',
    observed: 'no will',
    owed: [],
    verdict,
    statements: [statement],
    why: [],
    trace: [
      { seq: 1, atMs: -120, who: 'client', direction: 'to-server', what: 'CONNECT' },
      { seq: 2, atMs: -119, who: 'client', direction: 'to-client', what: 'CONNACK 0x00' },
      { seq: 3, atMs: 0, who: 'client', direction: 'event', what: 'RST' },
    ],
    control: { seen: true, delayMs: 3 },
    knownElsewhere: [{ behaviour: 'late', references: ['example/broker#12'] }],
    attempts: 2,
    ...more,
  };
}

function checkPage(): string {
  const levels = ['must', 'derivable', 'should'] as const;
  const probes = [
    ...levels.map((level, at) =>
      probe(
        20 + at,
        { kind: 'deviates', level, statements: [statement] },
        { howToLiveWithIt: 'Wait longer.' },
      ),
    ),
    probe(23, { kind: 'undecided', reason: 'the control was not seen' }),
    probe(24, { kind: 'not-tried', reason: 'it speaks no MQTT 5.0' }, { trace: [], attempts: 0 }),
    probe(25, { kind: 'conforms' }, { observed: 'W1 after 2.01 s', delayMs: 2010 }),
  ];
  const body = checkBody({
    report: {
      format: reportFormat,
      server: 'mqtt://localhost:1883',
      startedAt: '2026-01-01T12:00:00.000Z',
      tookMs: 31_000,
      abilities: { versions: [4, 5] },
      probes,
    },
    profile: 'lamp',
    reliances: [{ profile: 'lamp', rows: ['D20'] }],
    topics: reportTopics,
    texts: checkPageTexts,
    facts: factTemplates,
    locale: 'en',
  });
  return whatIfDocument(body, checkStyle, 'Check: mqtt://localhost:1883', 'en', 'nonce');
}

/** Opens a page as VS Code shows it. */
export async function openReport(
  browser: Browser,
  name: ReportName,
  { theme = 'dark', width = 1400 }: { readonly theme?: ThemeName; readonly width?: number } = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  await page.setContent(reportPages[name]());
  await page.evaluate(({ kind, variables }) => {
    document.body.classList.add(kind);
    for (const [variable, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(`--vscode-${variable}`, value);
    }
  }, themes[theme]);
  return page;
}
