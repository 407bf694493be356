import { l10n } from 'vscode';
import type { PageCommand } from '../../webview/messages.ts';
import { withSlowProgress } from '../ui/progress.ts';
import type { Command } from './command.ts';

export const openTimelineCommand: Command = {
  id: 'mqttSession.openTimeline',
  run: (app) => app.timeline.open({ preserveFocus: false }),
};

export const clearTraceCommand: Command = {
  id: 'mqttSession.clearTrace',
  async run(app) {
    if (app.engine.status === 'running') {
      await withSlowProgress(l10n.t('Clearing the trace…'), app.engine.request('clear', undefined));
    }
    app.state.forgetEnded();
  },
};

/** What the palette and key bindings can do with the page; one row for each of its commands. */
const pageCommandIds: Readonly<Record<PageCommand, string>> = {
  fit: 'mqttSession.timeline.fit',
  toggleLive: 'mqttSession.timeline.toggleLive',
  zoomIn: 'mqttSession.timeline.zoomIn',
  zoomOut: 'mqttSession.timeline.zoomOut',
  focusFilter: 'mqttSession.timeline.filter',
  showPacket: 'mqttSession.timeline.showPacket',
  showWill: 'mqttSession.timeline.showWill',
  showWhy: 'mqttSession.timeline.showWhy',
};

export const pageCommands: readonly Command[] = (Object.keys(pageCommandIds) as PageCommand[]).map(
  (command) => ({ id: pageCommandIds[command], run: (app) => app.timeline.command(command) }),
);
