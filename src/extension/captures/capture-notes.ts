import { l10n } from 'vscode';
import type { CaptureSummary } from '../../engine/messages.ts';

/** What keeps a capture from telling all, a sentence each. */
export function captureNotes({
  mqtt,
  tls,
  startMissing,
  gaps,
  fragments,
  unknownLink,
  untimed,
  problem,
}: CaptureSummary): readonly string[] {
  const notes: string[] = [];
  if (mqtt === 0) notes.push(l10n.t('This capture holds no MQTT that can be read.'));
  if (tls > 0) {
    notes.push(
      l10n.t(
        'Connections over TLS: {0}. What they carried cannot be read here; connect the program to a tap to see it.',
        tls,
      ),
    );
  }
  if (startMissing > 0) {
    notes.push(
      l10n.t(
        'Connections that began before the capture did: {0}. Nothing is concluded from them unless they show a CONNECT.',
        startMissing,
      ),
    );
  }
  if (gaps > 0) {
    notes.push(
      l10n.t(
        'Times that bytes of a connection are missing: {0}. Nothing is concluded from what it did afterwards.',
        gaps,
      ),
    );
  }
  if (fragments > 0) notes.push(l10n.t('IP fragments that could not be put together: {0}.', fragments));
  if (untimed > 0) {
    notes.push(l10n.t('Packets without a time, which were left out: {0}.', untimed));
  }
  if (unknownLink > 0) {
    notes.push(l10n.t('Frames of a kind of link that is not known here: {0}.', unknownLink));
  }
  if (problem !== undefined) {
    notes.push(l10n.t('The file is damaged or cut off; what precedes that was read.'));
  }
  return notes;
}
