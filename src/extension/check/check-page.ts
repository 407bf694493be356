/** The page of a behaviour check: plain HTML without a script, so that nothing that a broker sent can do anything in it. */

import type { CheckReport, ProbeReport } from '../../engine/messages.ts';
import type { StatementRef } from '../../mqtt/packet.ts';
import { statementKey, statementLabel, statements } from '../../mqtt/statements.ts';
import { fillTemplate } from '../../mqtt/template.ts';
import type { Fact } from '../../session/model.ts';
import { formatTemplate, renderFact } from '../../session/sentences.ts';
import { type Child, element, type Html } from '../what-if/html.ts';
import type { CheckPageText } from './check-page-texts.ts';

export interface CheckPage {
  readonly report: CheckReport;
  /** Whose broker was checked. */
  readonly profile: string;
  /** Rows of the decision table that profiles rely on, by the profile's name. */
  readonly reliances: readonly { readonly profile: string; readonly rows: readonly string[] }[];
  /** The titles of topics, in their order. */
  readonly topics: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<CheckPageText, string>>;
  /** Translated sentences of facts, by their codes. */
  readonly facts: Readonly<Record<string, string>>;
  readonly locale: string;
}

/** Links that the page may use: commands of this extension. */
export const pageCommands = { save: 'mqttSession.saveReport', compare: 'mqttSession.compareReport' } as const;

const urls: ReadonlyMap<string, string> = new Map(statements.map((each) => [statementKey(each), each.url]));
const verdictKeys = ['conforms', 'must', 'derivable', 'should', 'undecided', 'not-tried'] as const;
type VerdictKey = (typeof verdictKeys)[number];

/** What stands in `body`. */
export function checkBody(page: CheckPage): string {
  return new PageBuilder(page).body().source;
}

class PageBuilder {
  readonly #page: CheckPage;

  constructor(page: CheckPage) {
    this.#page = page;
  }

  body(): Html {
    const { report, profile, topics } = this.#page;
    const { server, startedAt, tookMs, endedEarly, abilities } = report;
    const versions = abilities.versions.map((each) => (each === 5 ? '5.0' : each === 4 ? '3.1.1' : '3.1'));
    return element(
      'main',
      {},
      element('h1', {}, this.#text('title', { server })),
      element(
        'p',
        { class: 'muted' },
        this.#text('run', {
          profile,
          startedAt: new Date(startedAt).toLocaleString(this.#page.locale),
          seconds: Math.round(tookMs / 1000),
        }),
        ' · ',
        this.#text('offers', { versions: versions.join(', ') }),
      ),
      this.#counts(report.probes),
      element(
        'p',
        { class: 'actions' },
        element('a', { href: `command:${pageCommands.save}` }, this.#text('save')),
        element('a', { href: `command:${pageCommands.compare}` }, this.#text('compare')),
      ),
      endedEarly === undefined
        ? undefined
        : element('p', { class: 'problems' }, this.#text('endedEarly', { reason: endedEarly })),
      this.#meaning(report),
      Object.entries(topics).map(([topic, title]) =>
        this.#topic(
          title,
          report.probes.filter((probe) => probe.topic === topic),
        ),
      ),
    );
  }

  #counts(probes: readonly ProbeReport[]): Html {
    return element(
      'ul',
      { class: 'counts' },
      ...verdictKeys.flatMap((key) => {
        const count = probes.filter((probe) => keyOf(probe) === key).length;
        if (count === 0) return [];
        return [
          element(
            'li',
            { class: `verdict ${key}` },
            `${this.#text(key)}: `,
            element('strong', {}, String(count)),
          ),
        ];
      }),
    );
  }

  #meaning(report: CheckReport): Html | undefined {
    const deviating = new Set(
      report.probes.filter(({ verdict }) => verdict.kind === 'deviates').flatMap(({ rows }) => rows),
    );
    if (deviating.size === 0) return undefined;
    const lines = this.#page.reliances.flatMap(({ profile, rows }) => {
      const hit = rows.filter((row) => deviating.has(row));
      return hit.length === 0 ? [] : [this.#text('relies', { profile, rows: hit.join(', ') })];
    });
    return element(
      'section',
      {},
      element('h2', {}, this.#text('meaning')),
      lines.length === 0
        ? element('p', {}, this.#text('noMeaning'))
        : element('ul', { class: 'notes' }, ...lines.map((line) => element('li', {}, line))),
    );
  }

  /** What does not conform first; the rest is folded away. */
  #topic(title: string, probes: readonly ProbeReport[]): Html | undefined {
    if (probes.length === 0) return undefined;
    const conforming = probes.filter((probe) => keyOf(probe) === 'conforms');
    const rest = probes.filter((probe) => keyOf(probe) !== 'conforms');
    return element(
      'section',
      {},
      element('h2', {}, title),
      element(
        'p',
        { class: 'muted' },
        this.#text('allConform', { count: conforming.length, total: probes.length }),
      ),
      rest.length === 0 ? undefined : this.#table(title, rest),
      conforming.length === 0
        ? undefined
        : element(
            'details',
            {},
            element('summary', {}, this.#text('onlyConforming', { count: conforming.length })),
            this.#table(title, conforming),
          ),
    );
  }

  /** A list whose rows open; the heads over it are for the eye, as each row says what its parts are. */
  #table(caption: string, probes: readonly ProbeReport[]): Html {
    const heads = ['probe', 'expected', 'observed', 'delay', 'verdict'] as const;
    return element(
      'div',
      { class: 'grid' },
      element(
        'div',
        { class: 'cells heads muted', 'aria-hidden': 'true' },
        ...heads.map((head) => element('span', {}, this.#text(head))),
      ),
      element('ul', { 'aria-label': caption }, ...probes.map((probe) => element('li', {}, this.#row(probe)))),
    );
  }

  #row(probe: ProbeReport): Html {
    const { id, expected, observed, delayMs, verdict, trace } = probe;
    const key = keyOf(probe);
    const cell = (label: CheckPageText, ...children: Child[]): Html =>
      element(
        'span',
        {},
        element('span', { class: 'visually-hidden' }, `${this.#text(label)}: `),
        ...children,
      );
    const cells = [
      element('span', { class: 'id' }, id),
      cell('expected', expected),
      cell('observed', observed),
      delayMs === undefined ? element('span', {}) : cell('delay', this.#duration(delayMs)),
      cell(
        'verdict',
        element('span', { class: `verdict ${key}` }, this.#text(key)),
        verdict.kind === 'undecided' || verdict.kind === 'not-tried'
          ? element('span', { class: 'muted reason' }, verdict.reason)
          : undefined,
      ),
    ];
    if (trace.length === 0) return element('div', { class: 'cells' }, ...cells);
    return element(
      'details',
      { class: 'probe' },
      element('summary', { class: 'cells' }, ...cells),
      this.#why(probe),
    );
  }

  #why(probe: ProbeReport): Html {
    const { verdict, why, control, knownElsewhere, howToLiveWithIt, attempts } = probe;
    const broken = verdict.kind === 'deviates' ? verdict.statements : [];
    const references = [...new Set(knownElsewhere.flatMap((known) => known.references))];
    return element(
      'div',
      { class: 'why' },
      broken.length === 0
        ? undefined
        : element(
            'p',
            {},
            this.#text('against', { statements: '' }),
            ...broken.map((each) => [this.#statement(each), ' ']),
          ),
      why.length === 0
        ? undefined
        : element('ol', {}, ...why.map((fact) => element('li', {}, ...this.#fact(fact)))),
      howToLiveWithIt === undefined
        ? undefined
        : element('p', {}, element('strong', {}, this.#text('howToLive')), ': ', howToLiveWithIt),
      references.length === 0
        ? undefined
        : element(
            'p',
            {},
            element('strong', {}, this.#text('seenElsewhere')),
            ': ',
            ...references.map((each) => [element('a', { href: issueUrl(each) }, each), ' ']),
          ),
      element(
        'p',
        { class: 'muted' },
        control.seen
          ? control.delayMs === undefined
            ? undefined
            : this.#text('control', { delay: this.#duration(control.delayMs) })
          : this.#text('noControl', { reason: control.reason ?? '' }),
        attempts > 1 ? ` ${this.#text('again', { times: attempts })}` : undefined,
      ),
      this.#trace(probe),
    );
  }

  #trace({ trace }: ProbeReport): Html {
    const arrows = { 'to-server': '→', 'to-client': '←', event: '·' } as const;
    return element(
      'details',
      {},
      element('summary', {}, this.#text('trace')),
      element(
        'table',
        { class: 'trace' },
        element(
          'tbody',
          {},
          ...trace.map(({ atMs, who, direction, what }) =>
            element(
              'tr',
              {},
              element('td', { class: 'time' }, (atMs / 1000).toFixed(3)),
              element('td', {}, who),
              element('td', {}, `${arrows[direction]} ${what}`),
            ),
          ),
        ),
      ),
    );
  }

  #fact(fact: Fact): Child[] {
    const sentence = `${renderFact(fact, this.#page.facts, this.#page.locale)}.`;
    return fact.statement === undefined ? [sentence] : [sentence, ' ', this.#statement(fact.statement)];
  }

  #statement(statement: StatementRef): Html {
    return element('a', { href: urls.get(statementKey(statement)) }, statementLabel(statement));
  }

  #duration(ms: number): string {
    return formatTemplate('{spanMs}', { spanMs: ms }, this.#page.locale);
  }

  #text(key: CheckPageText, params: Readonly<Record<string, string | number>> = {}): string {
    return fillTemplate(this.#page.texts[key], params);
  }
}

function keyOf({ verdict }: ProbeReport): VerdictKey {
  return verdict.kind === 'deviates' ? verdict.level : verdict.kind;
}

function issueUrl(reference: string): string {
  const [repository = '', issue = ''] = reference.split('#');
  return `https://github.com/${repository}/issues/${issue}`;
}
