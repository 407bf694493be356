/** The list of packets that the filter lets through. */

import type { PacketType } from '../../mqtt/packet.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import { endWords, faultRecordWords } from '../model/describe.ts';
import { recordTypes } from '../model/record-types.ts';
import type { RecordRow } from '../model/records.ts';
import type { StringKey } from '../strings.ts';
import type { PageContext, View } from './context.ts';
import type { DetailsStore } from './details-store.ts';
import { el, setAttribute, setText, uniqueId } from './dom.ts';
import { type VirtualRow, VirtualRows } from './virtual-rows.ts';

const columns = [
  ['number', 'list.number'],
  ['time', 'list.time'],
  ['client', 'list.client'],
  ['direction', 'list.direction'],
  ['type', 'list.type'],
  ['info', 'list.info'],
  ['length', 'list.length'],
] as const satisfies readonly (readonly [string, StringKey])[];

/** The height of a row for a font of 13 px. */
const rowPx = 22;

/** What a tap does with a Server as a whole, by the title of the record; the one fault of that kind is that nobody new is let in. */
const serverActions: ReadonlyMap<string, StringKey> = new Map([
  ['action: broker-away', 'record.brokerAway'],
  ['action: broker-back', 'record.brokerBack'],
  ['action: stood-still', 'record.stoodStill'],
  ['action: fault', 'record.refusing'],
  ['action: fault-cleared', 'record.refusingOver'],
]);

export class PacketList implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #store: DetailsStore;
  readonly #rows: VirtualRows;
  readonly #heads: readonly HTMLElement[];
  readonly #empty = el('p', { class: 'hint' });
  #selected: number | undefined;

  constructor(context: PageContext, store: DetailsStore, fontSizePx: number) {
    this.#context = context;
    this.#store = store;
    this.#rows = new VirtualRows({
      class: 'packet-rows',
      rowHeight: Math.round((rowPx * fontSizePx) / 13),
      make: () => this.#makeRow(),
      // A capture is read from its beginning.
      keepsEnd: () => !context.model.isCapture,
    });
    this.#heads = columns.map(([name]) =>
      el('span', { class: `cell ${name}`, attributes: { role: 'columnheader' } }),
    );
    this.#rows.element.setAttribute('role', 'rowgroup');
    this.element = el(
      'div',
      { class: 'packet-list', attributes: { role: 'grid', tabindex: '0' } },
      el('div', { class: 'packet-row head', attributes: { role: 'row' } }, ...this.#heads),
      this.#rows.element,
      this.#empty,
    );
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#rows.element.addEventListener('click', (event) => this.#click(event));
  }

  setFontSize(fontSizePx: number): void {
    this.#rows.setRowHeight(Math.round((rowPx * fontSizePx) / 13));
  }

  update(): void {
    const { model } = this.#context;
    const { words, index, ui } = model;
    this.element.setAttribute('aria-label', words.t('list.label'));
    setAttribute(this.element, 'aria-rowcount', String(index.count + 1));
    columns.forEach(([, key], at) => {
      const head = this.#heads[at];
      if (head !== undefined) setText(head, words.t(key));
    });
    this.#empty.hidden = index.count > 0;
    setText(this.#empty, words.t(model.filter.terms.length > 0 ? 'filter.none' : 'list.empty'));
    const wasAtEnd = this.#rows.isAtEnd;
    this.#rows.setCount(index.count);
    if (ui.packet !== this.#selected) {
      this.#selected = ui.packet;
      if (ui.packet !== undefined && index.has(ui.packet)) this.#rows.scrollTo(index.placeOf(ui.packet));
      else this.#rows.refresh();
    } else if (ui.live && wasAtEnd) this.#rows.scrollToEnd();
    this.#markActive();
  }

  #markActive(): void {
    const { index, ui } = this.#context.model;
    const row =
      ui.packet !== undefined && index.has(ui.packet)
        ? this.#rows.rowAt(index.placeOf(ui.packet))
        : undefined;
    setAttribute(this.element, 'aria-activedescendant', row?.id);
  }

  #makeRow(): VirtualRow {
    const cells = new Map(
      columns.map(([name]) => [
        name,
        el('span', { class: `cell ${name}`, attributes: { role: 'gridcell' } }),
      ]),
    );
    const element = el(
      'div',
      { class: 'packet-row', attributes: { role: 'row', id: uniqueId('packet') } },
      ...cells.values(),
    );
    return {
      element,
      show: (place) => {
        const { model } = this.#context;
        const seq = model.index.seqAt(place);
        const row = seq === undefined ? undefined : model.records.get(seq);
        element.dataset['place'] = String(place);
        setAttribute(element, 'aria-rowindex', String(place + 2));
        setAttribute(
          element,
          'aria-selected',
          row !== undefined && row.seq === model.ui.packet ? 'true' : 'false',
        );
        if (row === undefined) return;
        const texts = this.#texts(row);
        setAttribute(element, 'data-family', recordTypes[row.type]?.family ?? 'note');
        for (const [name, cell] of cells) setText(cell, texts[name]);
        const direction = cells.get('direction');
        cells.get('info')?.setAttribute('title', texts.info);
        if (direction !== undefined) setAttribute(direction, 'aria-label', texts.said);
      },
    };
  }

  #texts(row: RecordRow): Record<(typeof columns)[number][0] | 'said', string> {
    const { model } = this.#context;
    const { words } = model;
    const type = recordTypes[row.type];
    const isPacket = type?.isPacket === true;
    const directed = row.type < 16;
    const toServer = row.direction === 0;
    return {
      number: String(row.seq),
      time: words.clock(row.atMs),
      // What is done to a Server as a whole is on no connection.
      client: row.connection === 0 ? words.t('list.broker') : model.laneNameOf(row.connection),
      direction: directed ? words.t(toServer ? 'list.toServer' : 'list.toClient') : '',
      said: directed ? words.t(toServer ? 'list.toServer.said' : 'list.toClient.said') : '',
      type: isPacket ? type.name : this.#noteWords(row),
      info: this.#info(row, isPacket),
      length: row.length > 0 ? words.number(row.length) : '',
    };
  }

  /** What is no packet, in words: how a connection ended, what was done to it. */
  #noteWords(row: RecordRow): string {
    const { words, entities } = this.#context.model;
    const type = recordTypes[row.type];
    const name = type === undefined ? '' : words.template(type.name, type.word, {});
    if (type?.word === 'closed') {
      const connection = entities.connections.get(row.connection);
      return connection?.closedSeq === row.seq ? `${name}: ${endWords(connection, words)}` : name;
    }
    if (type?.word !== 'action') return name;
    const connection = entities.connections.get(row.connection);
    const fault = connection && faultRecordWords(connection, row.seq, words);
    if (fault !== undefined) return fault;
    const answer = this.#store.get(row.seq);
    if (answer.state !== 'ready') return name;
    const { title } = answer.details;
    const ofServer = connection === undefined ? serverActions.get(title) : undefined;
    return ofServer === undefined ? title : words.t(ofServer);
  }

  #info(row: RecordRow, isPacket: boolean): string {
    if (!isPacket) return '';
    const { model } = this.#context;
    const parts: string[] = [];
    if (row.topic !== undefined) parts.push(row.topic);
    if (row.packetId > 0) parts.push(model.words.t('packet.id', { packetId: String(row.packetId) }));
    const word = recordTypes[row.type]?.word;
    const code = word === undefined ? undefined : this.#reason(row, word);
    if (code !== undefined) parts.push(code);
    return parts.join(' · ');
  }

  /** Success is not worth a word, except where a will hangs on it. */
  #reason(row: RecordRow, word: string): string | undefined {
    const telling = word === 'disconnect' || word === 'connack';
    if (row.reasonCode === 0 && !telling) return undefined;
    const { entities, words } = this.#context.model;
    const version = entities.connections.get(row.connection)?.version ?? 5;
    if (version !== 5 && word === 'disconnect') return undefined;
    const type = packetTypeWords.find((each) => each === word);
    if (type === undefined) return undefined;
    return words.fill('{code} {name}', {
      code: row.reasonCode,
      name: reasonCodeName(type, version, row.reasonCode),
    });
  }

  #click(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest('.packet-row') : null;
    if (row instanceof HTMLElement) this.#selectPlace(Number(row.dataset['place']));
  }

  #selectPlace(place: number): void {
    const { model } = this.#context;
    const seq = model.index.seqAt(Math.max(0, Math.min(place, model.index.count - 1)));
    if (seq !== undefined) model.select({ kind: 'packet', seq });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { index, ui } = this.#context.model;
    const place = ui.packet === undefined ? -1 : index.placeOf(ui.packet);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      PageDown: place + this.#rows.pageRows,
      PageUp: place - this.#rows.pageRows,
      Home: 0,
      End: index.count - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    this.#selectPlace(next);
    event.preventDefault();
    event.stopPropagation();
  }
}

const packetTypeWords: readonly PacketType[] = [
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'suback',
  'unsuback',
  'disconnect',
  'auth',
];
