/** The page of What-if: plain HTML without a script, so that nothing in a profile can do anything in it. */
import type { StatementRef } from '../../mqtt/packet.ts';
import { statementKey, statementLabel, statements } from '../../mqtt/statements.ts';
import type { Fact } from '../../session/model.ts';
import { renderFact } from '../../session/sentences.ts';
import type { WhatIf, WhatIfEnd, WhatIfOutcome } from '../../session/what-if-model.ts';
import { type WhatIfTexts, WhatIfWords } from '../../session/what-if-words.ts';
import { element, escaped, type Html } from './html.ts';

export interface WhatIfPage {
  /** The profile's name. */
  readonly profile: string;
  /** The file, for people. */
  readonly file: string;
  /** Undefined when the profile has errors. */
  readonly table: WhatIf | undefined;
  readonly problems: readonly string[];
  /** Translated texts: those of What-if by their keys, and the sentences of facts by their codes. */
  readonly texts: WhatIfTexts;
  readonly facts: Readonly<Record<string, string>>;
  readonly locale: string;
}

const urls: ReadonlyMap<string, string> = new Map(statements.map((each) => [statementKey(each), each.url]));

/** What stands in `body`. */
export function whatIfBody(page: WhatIfPage): string {
  return new PageBuilder(page).body().source;
}

/** The whole document. Its policy allows the one style element and nothing else. */
export function whatIfDocument(
  body: string,
  style: string,
  title: string,
  locale: string,
  nonce: string,
): string {
  return `<!DOCTYPE html>
<html lang="${escaped(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${escaped(nonce)}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style nonce="${escaped(nonce)}">${style}</style>
</head>
<body>${body}</body>
</html>`;
}

class PageBuilder {
  readonly #page: WhatIfPage;
  readonly #words: WhatIfWords;

  constructor(page: WhatIfPage) {
    this.#page = page;
    this.#words = new WhatIfWords(page.table?.settings ?? noSettings, page.texts, page.locale);
  }

  body(): Html {
    const { profile, file, table, problems } = this.#page;
    return element(
      'main',
      {},
      element('h1', {}, this.#words.text('page.title', { profile })),
      element('p', { class: 'muted' }, file),
      problems.length === 0
        ? undefined
        : element(
            'section',
            { class: 'problems' },
            element('p', {}, this.#words.text('page.problems')),
            element('ul', {}, ...problems.map((problem) => element('li', {}, problem))),
          ),
      table === undefined ? undefined : this.#table(table),
    );
  }

  #table(table: WhatIf): Html[] {
    const usual = table.ends.filter((end) => end.usual);
    const rare = table.ends.filter((end) => !end.usual);
    return [
      this.#settings(table),
      element(
        'ul',
        { class: 'notes' },
        ...table.notes.map((note) => element('li', {}, ...this.#fact(note, this.#page.texts))),
      ),
      ...usual.map((end) => this.#end(end)),
      element(
        'section',
        {},
        element('h2', {}, this.#words.text('page.rare')),
        this.#grid(
          'page.end',
          this.#words.text('page.rare'),
          rare.flatMap((end) =>
            end.outcomes.map((outcome) => this.#row(this.#words.end(end.kind), outcome, [], false)),
          ),
          false,
        ),
      ),
    ];
  }

  #settings({ settings }: WhatIf): Html {
    const { protocolVersion, cleanStart, keepAliveSeconds, sessionExpiryInterval, will } = settings;
    const words = this.#words;
    const delaySeconds = will?.willDelayInterval;
    const rows: [string, string][] = [
      [words.text('page.version'), protocolVersion === 5 ? '5.0' : protocolVersion === 4 ? '3.1.1' : '3.1'],
      [words.text('page.clean'), cleanStart ? '1' : '0'],
      [words.text('page.keepAlive'), words.text('page.seconds', { valueSeconds: keepAliveSeconds })],
    ];
    if (protocolVersion === 5) {
      const expiry =
        sessionExpiryInterval === undefined
          ? words.text('page.absent')
          : words.text('page.expirySeconds', { valueExpirySeconds: sessionExpiryInterval });
      rows.push([words.text('page.expiry'), expiry]);
    }
    rows.push([words.text('page.will'), words.text(will === undefined ? 'page.no' : 'page.yes')]);
    if (protocolVersion === 5 && will !== undefined) {
      const delay =
        delaySeconds === undefined
          ? words.text('page.absent')
          : words.text('page.seconds', { valueSeconds: delaySeconds });
      rows.push([words.text('page.delay'), delay]);
    }
    return element(
      'dl',
      { class: 'settings' },
      ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
      element('div', {}, element('dt', {}, 'T'), element('dd', {}, words.text('page.timeZero'))),
    );
  }

  #end(end: WhatIfEnd): Html {
    const title = this.#words.end(end.kind);
    const alone = end.outcomes.find(({ back }) => back === 'none');
    const common = alone?.facts ?? [];
    return element(
      'section',
      {},
      element('h2', {}, title),
      element(
        'p',
        {},
        end.kind === 'taken-over' ? this.#words.text('page.takeover') : this.#words.noticed(end),
      ),
      this.#grid(
        'page.back',
        title,
        end.outcomes.map((outcome) =>
          this.#row(this.#words.back(outcome.back, outcome), outcome, outcome === alone ? [] : common, true),
        ),
        true,
      ),
    );
  }

  #grid(first: 'page.back' | 'page.end', caption: string, rows: readonly Html[], withPresent: boolean): Html {
    const heads = [first, 'page.willColumn', 'page.sessionColumn', 'page.presentColumn', 'page.why'] as const;
    return element(
      'table',
      {},
      element('caption', { class: 'visually-hidden' }, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...heads
            .filter((head) => withPresent || head !== 'page.presentColumn')
            .map((head) => element('th', { scope: 'col' }, this.#words.text(head))),
        ),
      ),
      element('tbody', {}, ...rows),
    );
  }

  /** `common` are the facts that the end has told already. */
  #row(title: string, outcome: WhatIfOutcome, common: readonly Fact[], withPresent: boolean): Html {
    const words = this.#words;
    const { severity, own } = outcome;
    const cell = (
      label: Parameters<WhatIfWords['text']>[0],
      ...children: (Html | string | undefined)[]
    ): Html => element('td', { 'data-label': words.text(label) }, ...children);
    return element(
      'tr',
      own ? { class: 'own' } : {},
      element(
        'th',
        { scope: 'row' },
        title,
        own ? element('span', { class: 'muted own-way' }, ` (${words.text('ownWay')})`) : undefined,
      ),
      cell(
        'page.willColumn',
        element('span', { class: `will ${outcome.will.kind}` }, words.will(outcome.will)),
        severity === 'must' || outcome.will.kind === 'none'
          ? undefined
          : element('span', { class: 'muted severity' }, ` (${words.text(severity)})`),
      ),
      cell('page.sessionColumn', words.session(outcome.session)),
      withPresent ? cell('page.presentColumn', words.present(outcome.sessionPresent)) : undefined,
      cell('page.why', this.#why(title, outcome, common)),
    );
  }

  #why(title: string, outcome: WhatIfOutcome, common: readonly Fact[]): Html {
    const known = new Set(common.map((fact) => JSON.stringify(fact)));
    const fresh = outcome.facts.filter((fact) => !known.has(JSON.stringify(fact)));
    // What only the end's own way tells need not be told again, unless nothing else is left.
    const facts = fresh.length === 0 ? outcome.facts : fresh;
    return element(
      'details',
      {},
      element(
        'summary',
        { 'aria-label': this.#words.text('page.whyOf', { title }) },
        outcome.rows.length === 0 ? this.#words.text('page.why') : outcome.rows.join(', '),
      ),
      element('ol', {}, ...facts.map((fact) => element('li', {}, ...this.#fact(fact, this.#page.facts)))),
      element(
        'p',
        { class: 'statements' },
        ...statementsLeft(outcome, facts).map((statement) => [this.#statement(statement), ' ']),
      ),
    );
  }

  #fact(fact: Fact, templates: Readonly<Record<string, string>>): (Html | string)[] {
    const sentence = `${renderFact(fact, templates, this.#page.locale)}.`;
    return fact.statement === undefined ? [sentence] : [sentence, ' ', this.#statement(fact.statement)];
  }

  #statement(statement: StatementRef): Html {
    return element('a', { href: urls.get(statementKey(statement)) }, statementLabel(statement));
  }
}

/** What the facts that are told do not cite. */
function statementsLeft(outcome: WhatIfOutcome, facts: readonly Fact[]): readonly StatementRef[] {
  const cited = new Set(facts.flatMap(({ statement }) => (statement ? [statementKey(statement)] : [])));
  return outcome.statements.filter((statement) => !cited.has(statementKey(statement)));
}

const noSettings: WhatIf['settings'] = {
  protocolVersion: 5,
  cleanStart: true,
  keepAliveSeconds: 0,
  identity: 'fixed',
};
