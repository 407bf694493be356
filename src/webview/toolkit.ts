/**
 * The page's controls, which are those of the webview toolkit. The only file that imports it: whoever replaces the toolkit
 * changes this file.
 */
import {
  provideVSCodeDesignSystem,
  type Button as ToolkitButton,
  type Panels as ToolkitPanels,
  type TextField as ToolkitTextField,
  vsCodeButton,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { type IconName, icon } from './view/icons.ts';

export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeTextField(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
  );
}

export interface ButtonOptions {
  readonly label: string;
  /** Shown before the label, or alone with `iconOnly`. */
  readonly icon?: IconName;
  readonly iconOnly?: boolean;
  /** `quiet` has no background of its own. */
  readonly appearance?: 'primary' | 'secondary' | 'quiet';
  readonly title?: string;
  /** Said in place of the label. */
  readonly ariaLabel?: string;
  readonly class?: string;
  readonly onPress: (event: Event) => void;
}

export interface ButtonControl {
  readonly element: HTMLElement;
  setLabel(label: string): void;
  setTitle(title: string): void;
  setIcon(name: IconName): void;
  setPressed(pressed: boolean): void;
  setExpanded(expanded: boolean): void;
  setDisabled(disabled: boolean): void;
}

export function button(options: ButtonOptions): ButtonControl {
  const element = document.createElement('vscode-button') as ToolkitButton;
  const said = options.ariaLabel ?? (options.iconOnly ? options.label : undefined);
  if (said !== undefined) element.setAttribute('aria-label', said);
  element.setAttribute(
    'appearance',
    options.appearance === 'quiet' ? 'icon' : (options.appearance ?? 'secondary'),
  );
  // The toolkit names every button of this appearance "Icon Button" that has no name of its own.
  if (said === undefined && options.appearance === 'quiet') element.setAttribute('aria-label', options.label);
  if (options.class !== undefined) element.className = options.class;
  if (options.title !== undefined) element.title = options.title;
  const text = document.createTextNode(options.iconOnly ? '' : options.label);
  let shape = options.icon === undefined ? undefined : icon(options.icon);
  if (shape !== undefined) {
    if (!options.iconOnly) shape.setAttribute('slot', 'start');
    element.append(shape);
  }
  element.append(text);
  element.addEventListener('click', options.onPress);
  return {
    element,
    setLabel(label) {
      if (options.iconOnly) element.setAttribute('aria-label', label);
      else {
        if (text.data !== label) text.data = label;
        if (element.hasAttribute('aria-label') && options.ariaLabel === undefined) {
          element.setAttribute('aria-label', label);
        }
      }
    },
    setTitle(title) {
      if (element.title !== title) element.title = title;
    },
    setIcon(name) {
      const next = icon(name);
      if (!options.iconOnly) next.setAttribute('slot', 'start');
      if (shape === undefined) element.prepend(next);
      else shape.replaceWith(next);
      shape = next;
    },
    setPressed(pressed) {
      element.ariaPressed = pressed ? 'true' : 'false';
    },
    setExpanded(expanded) {
      element.ariaExpanded = expanded ? 'true' : 'false';
    },
    setDisabled(disabled) {
      if (element.disabled !== disabled) element.disabled = disabled;
    },
  };
}

export interface TextFieldControl {
  readonly element: HTMLElement;
  readonly value: string;
  setValue(value: string): void;
  setTexts(texts: { readonly label: string; readonly placeholder: string; readonly title: string }): void;
  focus(): void;
}

export function textField(options: {
  readonly class: string;
  readonly onInput: (value: string) => void;
}): TextFieldControl {
  const element = document.createElement('vscode-text-field') as ToolkitTextField;
  element.className = options.class;
  element.addEventListener('input', () => options.onInput(element.value));
  return {
    element,
    get value() {
      return element.value;
    },
    setValue(value) {
      if (element.value !== value) element.value = value;
    },
    setTexts({ label, placeholder, title }) {
      element.setAttribute('aria-label', label);
      element.placeholder = placeholder;
      element.title = title;
    },
    focus() {
      element.focus();
    },
  };
}

export interface PanelsControl<Id extends string> {
  readonly element: HTMLElement;
  setLabel(id: Id, label: string): void;
  select(id: Id): void;
}

/** Tabs with a panel each. `onSelect` is called when the user chooses, not when `select` is. */
export function panels<Id extends string>(
  rows: readonly { readonly id: Id; readonly label: string; readonly content: HTMLElement }[],
  onSelect: (id: Id) => void,
): PanelsControl<Id> {
  const element = document.createElement('vscode-panels') as ToolkitPanels;
  // The toolkit's indicator slides only as long as every slide ends; ours is a border in main.css.
  element.setAttribute('activeindicator', 'false');
  const tabs = new Map<Id, HTMLElement>();
  for (const { id, label } of rows) {
    const tab = document.createElement('vscode-panel-tab');
    tab.id = `tab-${id}`;
    tab.textContent = label;
    tabs.set(id, tab);
    element.append(tab);
  }
  for (const { id, content } of rows) {
    const view = document.createElement('vscode-panel-view');
    view.id = `panel-${id}`;
    view.append(content);
    element.append(view);
  }
  element.addEventListener('change', ({ target }) => {
    const row = rows.find(({ id }) => `tab-${id}` === element.activeid);
    if (target !== element) return;
    if (row !== undefined) onSelect(row.id);
  });
  return {
    element,
    setLabel(id, label) {
      const tab = tabs.get(id);
      if (tab !== undefined && tab.textContent !== label) tab.textContent = label;
    },
    select(id) {
      if (element.activeid !== `tab-${id}`) element.activeid = `tab-${id}`;
    },
  };
}
