/** Every text that goes onto the wire must fit there. */
import type { ConnectionProfile } from '../model.ts';
import { rowAt } from '../schema.ts';
import type { Path } from '../settings.ts';
import { mapTexts } from '../texts.ts';
import { hasLoneSurrogate, utf8Length } from '../utf8.ts';
import { cite, type Finding, WIRE_MAX } from './finding.ts';

/** Every text that goes onto the wire must fit there, and those that are UTF-8 strings must be such. */
export function checkTexts(profile: ConnectionProfile): readonly Finding[] {
  const findings: Finding[] = [];
  mapTexts(profile, (text, path) => {
    const use = wireUse(path);
    if (use === undefined) return text;
    const last = String(path.findLast((step) => typeof step === 'string'));
    const bytes = utf8Length(text);
    if (bytes > WIRE_MAX) {
      findings.push({
        code: 'text-too-long',
        path,
        message: `\`${last}\` takes ${bytes} bytes, and the wire carries at most ${WIRE_MAX}. Shorten it.`,
      });
    }
    const half = hasLoneSurrogate(text);
    if (half || (use === 'utf8' && text.includes('\0'))) {
      const what = half ? 'half a surrogate pair' : 'U+0000';
      const statement = cite({ version: 5, id: half ? 'MQTT-1.5.4-1' : 'MQTT-1.5.4-2' });
      const next = use === 'utf8' ? '' : ', or give the bytes in Base64';
      findings.push({
        code: 'text-not-utf8',
        path,
        message: `\`${last}\` holds ${what}, which a UTF-8 string must not ${statement}. Remove it${next}.`,
      });
    }
    return text;
  });
  return findings;
}

/** How a text goes onto the wire, as the table says; undefined when it does not, or has checks of its own. */
function wireUse(path: Path): 'utf8' | 'binary' | undefined {
  const type = rowAt(path)?.type;
  if (type?.kind === 'userProperties') return 'utf8';
  if (type?.kind === 'object') return 'binary';
  return type?.kind === 'text' && (type.role === 'utf8' || type.role === 'binary') ? type.role : undefined;
}
