/** Facts as lines: the sentence, the statement that it cites, the packet that shows it. */
import type { StatementRef } from '../../mqtt/packet.ts';
import type { Fact } from '../../session/model.ts';
import { factTemplates } from '../../session/sentences.ts';
import type { PageStatement } from '../messages.ts';
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el, uniqueId } from './dom.ts';
import { packetLink } from './links.ts';

export class FactLines {
  readonly #context: PageContext;
  /** Statements that the user has opened stay open while facts come in. */
  readonly #open = new Set<string>();

  constructor(context: PageContext) {
    this.#context = context;
  }

  /** `place` tells it from all other facts on the page. */
  item(fact: Fact, place: string): HTMLElement {
    const line = el(
      'div',
      { class: 'fact-line' },
      el('span', { class: 'fact-text', text: this.sentence(fact) }),
    );
    const item = el('li', {}, line);
    if (fact.statement !== undefined) line.append(...this.#statement(fact.statement, place, item));
    if (fact.seq !== undefined) line.append(packetLink(this.#context, fact.seq));
    return item;
  }

  sentence({ code, params }: Fact): string {
    const english: Readonly<Record<string, string>> = factTemplates;
    return this.#context.model.words.template(`fact.${code}`, english[code] ?? code, params);
  }

  /** The statement's label; pressed, our summary of it opens below the fact. */
  #statement(ref: StatementRef, place: string, item: HTMLElement): readonly HTMLElement[] {
    const key = `${ref.version}:${ref.id}`;
    const statement = this.#context.model.statements.get(key);
    if (statement === undefined) return [el('span', { class: 'muted statement-link', text: key })];
    const openKey = `${place} ${key}`;
    const summary = this.#summary(statement);
    summary.hidden = !this.#open.has(openKey);
    item.append(summary);
    const toggle = button({
      label: statement.label,
      ariaLabel: this.#context.model.words.t('why.showStatement', { label: statement.label }),
      title: statement.summary,
      appearance: 'quiet',
      class: 'link statement-link',
      onPress: () => {
        summary.hidden = !summary.hidden;
        if (summary.hidden) this.#open.delete(openKey);
        else this.#open.add(openKey);
        toggle.setExpanded(!summary.hidden);
      },
    });
    toggle.setExpanded(!summary.hidden);
    return [toggle.element];
  }

  #summary({ key, label, summary }: PageStatement): HTMLElement {
    const { host, model } = this.#context;
    const open = button({
      label: model.words.t('button.open'),
      ariaLabel: `${model.words.t('button.open')}: ${label}`,
      appearance: 'quiet',
      class: 'link',
      onPress: () => host.post({ type: 'openStatement', key }),
    });
    return el(
      'blockquote',
      { class: 'statement', attributes: { id: uniqueId('statement') } },
      el('strong', { text: label }),
      ' ',
      summary,
      ' ',
      open.element,
    );
  }
}
