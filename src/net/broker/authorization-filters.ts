import { replaceVariables, variablesIn } from '../../profile/variables.ts';
import type { ClientIdentity } from './access.ts';

/**
 * Whether every topic that `narrow` matches is matched by `wide`, too (v5 4.7). Both are Topic Filters without
 * a ShareName.
 */
export function filterIncludes(wide: string, narrow: string): boolean {
  // `#` includes the parent level, so that this one, too, is everything but `$` topics (v5 [MQTT-4.7.2-1]).
  const outer = wide === '+/#' ? ['#'] : wide.split('/');
  const inner = narrow.split('/');
  if (inner[0]?.startsWith('$') === true && (outer[0] === '#' || outer[0] === '+')) return false;
  for (const [index, level] of outer.entries()) {
    if (level === '#') return true;
    const other = inner[index];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return inner.length === outer.length;
}

/** Whether a text is as a pattern says, in which `*` stands for any characters. Linear in the text's length. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return pattern === text;
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}

/**
 * A filter of a rule as it is for this Client: `${clientId}` and `${username}` replaced. Undefined when the
 * rule cannot be about the Client: it has no User Name; or what it is called holds a wildcard, which stands in
 * no topic and must not become one here. A name with `/` would reach into the topics of others, so that
 * nothing is allowed by it; what it is denied stays denied.
 */
export function filterFor(
  filter: string,
  { clientId, username }: ClientIdentity,
  list: 'allow' | 'deny',
): string | undefined {
  if (!filter.includes('${')) return filter;
  for (const { kind } of variablesIn(filter)) {
    const value = kind === 'clientId' ? clientId : username;
    if (value === undefined || /[+#]/.test(value)) return undefined;
    if (list === 'allow' && value.includes('/')) return undefined;
  }
  return replaceVariables(filter, ({ kind }) => (kind === 'clientId' ? clientId : (username ?? '')));
}
