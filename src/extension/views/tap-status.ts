import { type Disposable, l10n, StatusBarAlignment, type StatusBarItem, window } from 'vscode';
import type { TapView } from '../../engine/messages.ts';
import { DisposableStore } from '../disposables.ts';
import type { SessionState } from '../engine/session-state.ts';
import { escapeIcons, refusalText } from '../ui/words.ts';
import { Refresher } from './refresher.ts';

/** Where the taps listen. Hidden while there is none; a click copies the address, or what to change in a program. */
export class TapStatus implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item: StatusBarItem;
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
    this.#item = this.#store.add(window.createStatusBarItem('mqttSession.tap', StatusBarAlignment.Left, -1));
    this.#item.name = l10n.t('MQTT Tap');
    this.#item.command = 'mqttSession.copyTapAddress';
    const refresher = this.#store.add(
      new Refresher({ draw: () => this.#draw(), countsDown: () => false, visible: true }),
    );
    this.#store.add(state.onDidChange(() => refresher.changed()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    const { taps } = this.#state;
    const [first, ...more] = taps;
    if (first === undefined) {
      this.#item.hide();
      return;
    }
    const text = more.length === 0 ? first.address : l10n.t('{0} taps', taps.length);
    const isAway = taps.some(({ listening }) => listening === 'broker-away' || listening === 'port-taken');
    this.#item.text = `$(${isAway ? 'warning' : 'debug-disconnect'}) ${escapeIcons(text)}`;
    const lines = taps.map(tapLine);
    this.#item.accessibilityInformation = { label: [l10n.t('MQTT Tap'), ...lines].join(', ') };
    this.#item.tooltip = [
      ...lines,
      l10n.t('Click to copy the address, or what to change in a program.'),
    ].join('\n');
    this.#item.show();
  }
}

function tapLine({ address, to, connectionsOpen, listening }: TapView): string {
  const line =
    connectionsOpen === 1
      ? l10n.t('{0} to {1}, 1 connection', address, to)
      : l10n.t('{0} to {1}, {2} connections', address, to, connectionsOpen);
  return listening === 'listening' ? line : `${line}, ${refusalText(listening)}`;
}
