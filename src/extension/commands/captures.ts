import { commands, l10n, Uri, window, workspace } from 'vscode';
import { captureViewType } from '../captures/capture-editor.ts';
import { Cancelled, nothingRecorded } from '../errors.ts';
import { withSlowProgress } from '../ui/progress.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';

const captureEndings = (): Record<string, string[]> => ({ [l10n.t('Captures')]: ['pcapng', 'pcap'] });

/** Writes the trace as pcapng. `to` and `mask` answer what is asked else. */
export const saveCaptureCommand: Command = {
  id: 'mqttSession.saveCapture',
  async run(app, given) {
    const target = targetOf(given);
    const mask = target.mask ?? (await askWhetherToMask());
    const to = target.to ?? (await askWhere());
    const saved = await withSlowProgress(
      l10n.t('Saving the trace…'),
      app.engine.request('saveCapture', { path: to.fsPath, mask }),
    );
    const open = l10n.t('Open');
    const message =
      saved.dropped === 0
        ? l10n.t('The trace was saved as {0}.', to.fsPath)
        : l10n.t(
            'The trace was saved as {0}, without the {1} oldest records, which it no longer held.',
            to.fsPath,
            saved.dropped,
          );
    void window.showInformationMessage(message, open).then((chosen) => {
      if (chosen === open) return commands.executeCommand('vscode.openWith', to, captureViewType);
      return undefined;
    });
    return to;
  },
};

/** Opens a capture as a timeline. */
export const openCaptureCommand: Command = {
  id: 'mqttSession.openCapture',
  async run(_app, given) {
    const file = targetOf(given).file ?? (await askWhich());
    await commands.executeCommand('vscode.openWith', file, captureViewType);
    return file;
  },
};

/** Opens what the engine had seen that ended last by itself. */
export const openRecordedCommand: Command = {
  id: 'mqttSession.openRecorded',
  async run(app) {
    const file = app.recording.last;
    if (file === undefined) throw nothingRecorded();
    await commands.executeCommand('vscode.openWith', file, captureViewType);
    return file;
  },
};

async function askWhetherToMask(): Promise<boolean> {
  const replace = {
    label: l10n.t('Replace passwords'),
    detail: l10n.t('Passwords and Authentication Data become asterisks of the same length.'),
    mask: true,
  };
  const keep = {
    label: l10n.t('Keep passwords'),
    detail: l10n.t('Whoever gets the file can read them.'),
    mask: false,
  };
  const chosen = await window.showQuickPick([replace, keep], {
    title: l10n.t('Save Capture'),
    placeHolder: l10n.t('What becomes of passwords in the file?'),
  });
  if (chosen === undefined) throw new Cancelled();
  return chosen.mask;
}

async function askWhere(): Promise<Uri> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `mqtt-session-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.pcapng`;
  const to = await window.showSaveDialog({
    title: l10n.t('Save Capture'),
    filters: { [l10n.t('Captures')]: ['pcapng'] },
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (to === undefined) throw new Cancelled();
  return to;
}

async function askWhich(): Promise<Uri> {
  const chosen = await window.showOpenDialog({ title: l10n.t('Open Capture'), filters: captureEndings() });
  const [first] = chosen ?? [];
  if (first === undefined) throw new Cancelled();
  return first;
}
