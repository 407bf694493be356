import { basename } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import type { App } from '../app.ts';
import type { ShownReport } from '../check/check-panel.ts';
import { Cancelled, noReport } from '../errors.ts';
import { chooseProfile } from './choose-profile.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';
import { requireTrust } from './trust.ts';

/** Tries the broker of a profile against the standard, and opens the report. */
export const checkBrokerCommand: Command = {
  id: 'mqttSession.checkBroker',
  async run(app, given) {
    requireTrust();
    const place = await chooseProfile(app, l10n.t('Check Broker Behaviour'), targetOf(given));
    const { checkProfile } = await import('../check/run-check.ts');
    return checkProfile(app, place);
  },
};

/** Writes the report that is shown, in the form that the file's name says. */
export const saveReportCommand: Command = {
  id: 'mqttSession.saveReport',
  async run(app, given) {
    const shown = shownReport(app);
    const to = targetOf(given).to ?? (await askWhere());
    const as = to.path.endsWith('.json') ? 'json' : to.path.endsWith('.xml') ? 'junit' : 'markdown';
    const { report, reliances } = shown;
    const text = await app.engine.request('writeReport', { report, as, reliances });
    await workspace.fs.writeFile(to, new TextEncoder().encode(text));
    return to;
  },
};

/** Shows what differs between the report that is shown and one that was saved as JSON. */
export const compareReportCommand: Command = {
  id: 'mqttSession.compareReport',
  async run(app, given) {
    const { report } = shownReport(app);
    const earlier = targetOf(given).file ?? (await askWhich());
    const other = new TextDecoder().decode(await workspace.fs.readFile(earlier));
    const content = await app.engine.request('writeReport', { report, as: 'comparison', other });
    const document = await workspace.openTextDocument({ language: 'markdown', content });
    await window.showTextDocument(document);
    return basename(earlier.path);
  },
};

/** @throws {UserFailure} nothing was checked yet */
function shownReport(app: App): ShownReport {
  const { shown } = app.check;
  if (shown === undefined) throw noReport();
  return shown;
}

const forms = (): Record<string, string[]> => ({
  [l10n.t('Markdown')]: ['md'],
  [l10n.t('JSON, which can be compared')]: ['json'],
  [l10n.t('JUnit XML')]: ['xml'],
});

async function askWhere(): Promise<Uri> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const to = await window.showSaveDialog({
    filters: forms(),
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, 'broker-behaviour.md') }),
  });
  if (to === undefined) throw new Cancelled();
  return to;
}

async function askWhich(): Promise<Uri> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Compare with the report'),
    filters: { [l10n.t('JSON, which can be compared')]: ['json'] },
  });
  const [first] = chosen ?? [];
  if (first === undefined) throw new Cancelled();
  return first;
}
