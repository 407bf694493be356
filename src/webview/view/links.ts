/** Things in a text that lead to others: a packet by its number. */
import { button } from '../toolkit.ts';
import type { PageContext } from './context.ts';

export function packetLink({ model }: PageContext, seq: number): HTMLElement {
  return button({
    label: `#${seq}`,
    ariaLabel: model.words.t('why.packet', { seq: String(seq) }),
    appearance: 'quiet',
    class: 'link packet-link',
    onPress: () => model.select({ kind: 'packet', seq }),
  }).element;
}
