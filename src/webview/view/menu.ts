/** A menu that opens below a button. */
import { el } from './dom.ts';
import { icon } from './icons.ts';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** Of several that exclude each other, whether it is the one; undefined for what is done at once. */
  readonly checked?: boolean | undefined;
}

/** Opens a menu below `anchor`; Escape, Tab or a press elsewhere closes it, and the focus goes back. */
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  const menu = el('div', { class: 'menu', attributes: { role: 'menu', 'aria-label': label } });
  const entries = items.map(({ label: text, run, checked }) => {
    const entry = el(
      'div',
      {
        class: 'menu-item',
        attributes: { role: checked === undefined ? 'menuitem' : 'menuitemradio', tabindex: '-1' },
      },
      el('span', { class: 'menu-check' }, ...(checked === true ? [icon('check')] : [])),
      text,
    );
    if (checked !== undefined) entry.ariaChecked = checked ? 'true' : 'false';
    entry.addEventListener('click', () => {
      close();
      run();
    });
    // The one under the pointer is the one that a key chooses.
    entry.addEventListener('pointermove', () => entry.focus());
    return entry;
  });
  if (items.some(({ checked }) => checked !== undefined)) menu.dataset['checks'] = '';
  menu.append(...entries);

  const close = (): void => {
    window.removeEventListener('pointerdown', onOutside, true);
    window.removeEventListener('blur', close);
    menu.remove();
    anchor.focus();
  };
  const onOutside = (event: Event): void => {
    if (event.target instanceof Node && !menu.contains(event.target)) close();
  };
  menu.addEventListener('keydown', (event) => {
    const at = entries.findIndex((entry) => entry.matches(':focus'));
    const to = (index: number): void => entries[(index + entries.length) % entries.length]?.focus();
    if (event.key === 'ArrowDown') to(at + 1);
    else if (event.key === 'ArrowUp') to(at - 1);
    else if (event.key === 'Home') to(0);
    else if (event.key === 'End') to(entries.length - 1);
    else if (event.key === 'Enter' || event.key === ' ') entries[at]?.click();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  window.addEventListener('pointerdown', onOutside, true);
  window.addEventListener('blur', close);

  document.body.append(menu);
  const below = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.max(4, Math.min(below.right - size.width, window.innerWidth - size.width - 4));
  const fits = below.bottom + size.height + 4 <= window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${fits ? below.bottom + 2 : Math.max(4, below.top - size.height - 2)}px`;
  entries[0]?.focus();
}
