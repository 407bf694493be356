/**
 * What the settings come to, beside them: the effective will delay, when a silent loss is noticed, how long subscribers
 * believe the Client alive, how long the Session lives. A setting that is inherited is told at the profile's name.
 */
import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';
import type { ConnectionProfile } from '../../profile/model.ts';
import type { Entry, Tree } from '../../profile/tree.ts';
import { type Effects, effectsOf, spellSeconds } from '../effects.ts';
import { entryOf, profileEntries } from '../places.ts';
import type { ProfileDocument } from '../profile-document.ts';

interface Telling {
  /** The keys from the profile on; the first that stands in it takes the hint. */
  readonly paths: readonly (readonly string[])[];
  readonly text: string;
  /** The whole sentence, with where it follows from. */
  readonly tooltip: string;
}

/** The hints of the profiles between two offsets. */
export function inlayHints(file: ProfileDocument, from: number, to: number): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const entry of profileEntries(file.tree)) {
    const end = Math.max(entry.keyRange.end, entry.value.range.end);
    if (end < from || entry.keyRange.start > to) continue;
    const profile = file.profile(entry.key);
    if (profile !== undefined) hints.push(...hintsOf(file, entry, profile));
  }
  return hints;
}

function* hintsOf(file: ProfileDocument, entry: Entry, profile: ConnectionProfile): Iterable<InlayHint> {
  const inherited: Telling[] = [];
  for (const telling of tellings(profile, effectsOf(profile, file.file.sandbox))) {
    const at = telling.paths.map((path) => find(entry.value, path)).find((found) => found !== undefined);
    if (at === undefined) inherited.push(telling);
    else yield hint(file, endOf(at, file.text), telling.text, telling.tooltip);
  }
  if (inherited.length === 0) return;
  yield hint(
    file,
    colonAfter(file.text, entry.keyRange.end),
    inherited.map(({ text }) => text).join(' · '),
    inherited.map(({ tooltip }) => `- ${tooltip}`).join('\n'),
  );
}

function find(tree: Tree, path: readonly string[]): Entry | undefined {
  let found: Entry | undefined;
  let inside: Tree | undefined = tree;
  for (const key of path) {
    found = entryOf(inside, key);
    inside = found?.value;
  }
  return found;
}

/** Behind a value, or behind the colon of a key whose value goes over lines. */
function endOf({ keyRange, value }: Entry, text: string): number {
  const onOneLine = !text.slice(keyRange.start, value.range.end).includes('\n');
  return onOneLine && value.kind !== 'nothing' ? value.range.end : colonAfter(text, keyRange.end);
}

function colonAfter(text: string, offset: number): number {
  const colon = /^\s*:/.exec(text.slice(offset, offset + 10));
  return offset + (colon?.[0].length ?? 0);
}

function hint(file: ProfileDocument, offset: number, label: string, tooltip: string): InlayHint {
  return {
    position: file.document.positionAt(offset),
    label,
    kind: InlayHintKind.Type,
    paddingLeft: true,
    tooltip: { kind: 'markdown', value: tooltip },
  };
}

function* tellings(profile: ConnectionProfile, effects: Effects): Iterable<Telling> {
  const { noticedAfterSeconds, session, will, cappedBySandbox } = effects;
  const capped = cappedBySandbox ? ' The limits of `sandbox` are counted in.' : '';
  yield {
    paths: [['keepAlive']],
    text:
      noticedAfterSeconds === undefined
        ? 'silent loss never noticed'
        : `silent loss noticed after ${spellSeconds(noticedAfterSeconds)}`,
    tooltip:
      noticedAfterSeconds === undefined
        ? 'Keep Alive is off: no Server has to notice that the Client has fallen silent (3.1.2.10).'
        : `A Server that hears nothing for 1.5 times Keep Alive, ${spellSeconds(noticedAfterSeconds)}, closes the connection (3.1.2.10).${capped}`,
  };
  yield {
    paths: [['sessionExpiryInterval'], ['cleanStart'], ['cleanSession']],
    text: {
      'ends-with-connection': 'session ends with the connection',
      'never-expires': 'session never expires',
      kept: 'session kept, no time set',
      expires: session.kind === 'expires' ? `session kept ${spellSeconds(session.afterSeconds)}` : '',
    }[session.kind],
    tooltip:
      profile.protocolVersion === 5
        ? `Session Expiry Interval counts from the end of the connection; absent is 0 (v5 3.1.2.11.2).${capped}`
        : 'Before 5.0 Clean Session decides: true ends the Session with the connection, false keeps it, and nothing says for how long (v3.1.1 3.1.2.4).',
  };
  if (will === undefined) return;
  const delay = spellSeconds(will.effectiveDelaySeconds);
  yield {
    paths: [['will', 'willDelayInterval']],
    text: will.effectiveDelaySeconds === 0 ? 'published at once' : `published ${delay} after the end`,
    tooltip: will.bySessionEnd
      ? `The Session ends before the delay of ${spellSeconds(will.delaySeconds)} is over, and then the will is published (v5 [MQTT-3.1.3-9]).${capped}`
      : `${will.effectiveDelaySeconds === 0 ? 'No delay' : `A delay of ${delay}`}, counted from the end of the connection${profile.protocolVersion === 5 ? ' (v5 3.1.3.2.2)' : '; before 5.0 there is none'}.${capped}`,
  };
  yield {
    paths: [['will']],
    text:
      will.believedAliveSeconds === undefined
        ? 'believed alive for ever'
        : `believed alive up to ${spellSeconds(will.believedAliveSeconds)}`,
    tooltip:
      will.believedAliveSeconds === undefined
        ? 'When the Client falls silent, nobody has to notice, and the will may never be published.'
        : `When the Client falls silent, subscribers learn it ${spellSeconds(will.believedAliveSeconds)} after its last packet at the latest: 1.5 times Keep Alive until the Server notices, and ${delay} until the will.${capped}`,
  };
}
