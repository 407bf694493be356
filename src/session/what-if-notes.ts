/** What holds for the whole table: what is not known before CONNACK has come, and what the settings imply. */
import type { Fact } from './model.ts';
import type { Agreed } from './what-if-ends.ts';
import type { WhatIfSettings } from './what-if-model.ts';
import type { WhatIfNote } from './what-if-words.ts';

function note(
  code: WhatIfNote,
  params: Readonly<Record<string, string | number>> = {},
  statement?: Fact['statement'],
): Fact {
  return { code, params, statement };
}

export function notesOf(settings: WhatIfSettings, agreed: Agreed): readonly Fact[] {
  const { protocolVersion: version, identity, server, will } = settings;
  const notes: Fact[] = [];
  if (identity === 'changes') notes.push(note('noteIdentityChanges', {}, mqtt(version, 'MQTT-3.1.3-2')));
  if (identity === 'unknown') notes.push(note('noteIdentityUnknown', {}, mqtt(version, 'MQTT-3.1.3-2')));
  if (version === 5) notes.push(...notesOf5(settings, agreed));
  else if (!settings.cleanStart) notes.push(note('noteKeptSession', {}, mqtt(version, '4.1')));
  if (will !== undefined && agreed.keepAliveSeconds === 0) {
    notes.push(note('noteKeepAliveOff', {}, mqtt(version, '3.1.2.10')));
  }
  if (server === undefined && version === 5) notes.push(note('noteServerUnknown', {}, mqtt(5, '3.2.2.3.2')));
  return notes;
}

function notesOf5(settings: WhatIfSettings, agreed: Agreed): readonly Fact[] {
  const { sessionExpiryInterval: asked, will, keepAliveSeconds } = settings;
  const notes: Fact[] = [];
  if (asked === undefined) notes.push(note('noteNoExpiry', {}, mqtt(5, '3.1.2.11.2')));
  const delaySeconds = will?.willDelayInterval ?? 0;
  if (delaySeconds > 0 && agreed.expiry === 0) {
    notes.push(note('noteDelayWithoutEffect', { delaySeconds }, mqtt(5, 'MQTT-3.1.3-9')));
  } else if (delaySeconds > agreed.expiry) {
    const params = { delaySeconds, sessionExpirySeconds: agreed.expiry };
    notes.push(note('noteDelayCutShort', params, mqtt(5, 'MQTT-3.1.3-9')));
  }
  if (asked !== undefined && agreed.expiry < asked && agreed.expiry !== Number.POSITIVE_INFINITY) {
    notes.push(note('noteExpiryCapped', { sessionExpirySeconds: agreed.expiry }, mqtt(5, '3.2.2.3.2')));
  }
  if (agreed.keepAliveSeconds !== keepAliveSeconds) {
    const params = { keepAliveSeconds: agreed.keepAliveSeconds };
    notes.push(note('noteKeepAliveReplaced', params, mqtt(5, 'MQTT-3.2.2-21')));
  }
  return notes;
}

/** 3.1 has one page for everything. */
function mqtt(version: WhatIfSettings['protocolVersion'], id: string): Fact['statement'] {
  return { version, id: version === 3 ? '3.1' : id };
}
