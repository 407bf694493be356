/** One packet: its fields beside its bytes, each lighting up the other. */
import type { RecordDetails } from '../../trace/model.ts';
import { type FieldRow, fieldOfByte, flattenFields, hexText } from '../model/fields.ts';
import { button } from '../toolkit.ts';
import type { PageContext, View } from './context.ts';
import type { DetailsAnswer, DetailsStore } from './details-store.ts';
import { el, setText } from './dom.ts';
import { FieldList } from './field-list.ts';
import { HexView } from './hex-view.ts';

export class PacketPanel implements View {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #store: DetailsStore;
  readonly #title = el('h2');
  readonly #from = el('span', { class: 'muted' });
  readonly #copy;
  readonly #head: HTMLElement;
  readonly #malformed = el('p', { class: 'malformed', attributes: { role: 'note' } });
  readonly #truncated = el('p', { class: 'hint' });
  readonly #hint = el('p', { class: 'hint' });
  readonly #fields: FieldList;
  readonly #hex: HexView;
  readonly #body: HTMLElement;
  #shown: RecordDetails | undefined;
  #wanted: number | undefined;
  #rows: readonly FieldRow[] = [];

  constructor(context: PageContext, store: DetailsStore, fontSizePx: number) {
    this.#context = context;
    this.#store = store;
    this.#fields = new FieldList({ context, fontSizePx, onPoint: (row) => this.#lightRow(row) });
    this.#hex = new HexView({
      fontSizePx,
      onPoint: (offset) => this.#lightByte(offset),
      describe: (offset) => this.#describeByte(offset),
    });
    this.#copy = button({
      label: '',
      appearance: 'quiet',
      class: 'link',
      onPress: () => {
        if (this.#shown !== undefined) context.host.post({ type: 'copy', text: hexText(this.#shown.bytes) });
      },
    });
    this.#head = el('div', { class: 'packet-head' }, this.#title, this.#from, this.#copy.element);
    this.#body = el('div', { class: 'packet-body' }, this.#fields.element, this.#hex.element);
    this.element = el(
      'div',
      { class: 'packet-panel' },
      this.#head,
      this.#malformed,
      this.#body,
      this.#truncated,
      this.#hint,
    );
  }

  update(): void {
    const { model } = this.#context;
    const { words, ui } = model;
    this.#fields.setLabel(words.t('packet.fields'));
    this.#hex.setLabel(words.t('packet.bytes'));
    this.#copy.setLabel(words.t('packet.copyHex'));
    if (ui.packet !== this.#wanted) {
      this.#wanted = ui.packet;
      if (ui.packet !== undefined) this.#store.retry(ui.packet);
    }
    const answer = ui.packet === undefined ? undefined : this.#store.get(ui.packet);
    const hint = this.#hintOf(answer);
    this.#hint.hidden = hint === '';
    setText(this.#hint, hint);
    const ready = answer?.state === 'ready' ? answer.details : undefined;
    // While the next packet is read, the last one stays: a flash of nothing tells nobody anything.
    const stale = answer?.state === 'loading' && this.#shown !== undefined;
    if (stale) this.#hint.hidden = true;
    this.#head.hidden = ready === undefined && !stale;
    this.#body.hidden = this.#head.hidden;
    if (ready !== undefined) this.#show(ready);
    else if (!stale) this.#clear();
  }

  #hintOf(answer: DetailsAnswer | undefined): string {
    const { words } = this.#context.model;
    switch (answer?.state) {
      case undefined:
        return words.t('packet.none');
      case 'loading':
        return words.t('packet.loading');
      case 'gone':
        return words.t('packet.gone');
      case 'failed':
        return words.t('packet.failed', { message: answer.message });
      case 'ready':
        return answer.details.bytes.length === 0 ? words.t('packet.noBytes') : '';
    }
  }

  #clear(): void {
    this.#shown = undefined;
    this.#malformed.hidden = true;
    this.#truncated.hidden = true;
  }

  #show(details: RecordDetails): void {
    const { model } = this.#context;
    const { words } = model;
    setText(this.#title, `#${details.seq} ${details.title}`);
    setText(
      this.#from,
      words.t('packet.from', { client: model.laneNameOf(details.connection), atMs: details.atMs }),
    );
    if (details === this.#shown) return;
    this.#shown = details;
    const { malformed, bytes, length } = details;
    this.#malformed.hidden = malformed === undefined;
    if (malformed !== undefined) {
      const { offset, message } = malformed;
      setText(this.#malformed, words.t('packet.malformed', { offset: String(offset), message }));
    }
    const truncated = bytes.length > 0 && bytes.length < length;
    this.#truncated.hidden = !truncated;
    setText(
      this.#truncated,
      words.t('packet.truncated', { shown: words.number(bytes.length), length: words.number(length) }),
    );
    this.#copy.element.hidden = bytes.length === 0;
    this.#hex.element.hidden = bytes.length === 0;
    this.#rows = flattenFields(details.fields);
    this.#fields.setRows(this.#rows);
    this.#hex.setBytes(new Uint8Array(bytes));
  }

  #lightRow(row: number | undefined): void {
    const field = row === undefined ? undefined : this.#rows[row]?.field;
    this.#fields.light(row, false);
    this.#hex.light(field, true);
  }

  #lightByte(offset: number | undefined): void {
    const row = offset === undefined ? undefined : fieldOfByte(this.#rows, offset);
    this.#fields.light(row, true);
    this.#hex.light(row === undefined ? undefined : this.#rows[row]?.field, false);
  }

  #describeByte(offset: number): string {
    const row = fieldOfByte(this.#rows, offset);
    const field = row === undefined ? undefined : this.#rows[row]?.field;
    const value = (this.#shown?.bytes[offset] ?? 0).toString(16).padStart(2, '0');
    return field === undefined ? value : `${value}, ${field.name}`;
  }
}
