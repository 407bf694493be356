/** Every way a profile's connection can end, and what becomes of will and Session, in short: for a hover. */
import type { ConnectionProfile, SandboxSettings } from '../../profile/model.ts';
import { whatIfSettingsOf } from '../../profile/what-if-settings.ts';
import { whatIfSummary } from '../../session/what-if-summary.ts';

/** A table in Markdown. */
export function whatIfTable(profile: ConnectionProfile, sandbox: SandboxSettings): string {
  const lines = whatIfSummary(whatIfSettingsOf(profile, sandbox));
  const rows = lines.map(({ end, back, will, session }, index) => [
    // An end that has several returns is named once.
    lines[index - 1]?.end === end ? '' : end,
    back,
    will,
    session,
  ]);
  return [['It ends', 'and is back', 'Will Message', 'Session'], ['---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
