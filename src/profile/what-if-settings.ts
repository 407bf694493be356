/** What decides about will and Session in a profile as it stands in the file: no variable is resolved. */
import type { WhatIfSettings } from '../session/what-if-model.ts';
import type { ConnectionProfile, SandboxSettings } from './model.ts';
import { variablesIn } from './variables.ts';

/** `sandbox` are the settings of the profile's file; they hold for a profile that connects to the sandbox broker. */
export function whatIfSettingsOf(profile: ConnectionProfile, sandbox: SandboxSettings): WhatIfSettings {
  const { protocolVersion, cleanStart, keepAliveSeconds, sessionExpiryInterval, will } = profile;
  return {
    protocolVersion,
    cleanStart,
    keepAliveSeconds,
    sessionExpiryInterval,
    will: will && { willDelayInterval: will.willDelayInterval },
    identity: identityOf(profile),
    server: profile.broker.kind === 'sandbox' ? sandbox : undefined,
  };
}

/** The user name may be part of the Client Identifier, and the other way round. */
function identityOf(profile: ConnectionProfile): WhatIfSettings['identity'] {
  if (profile.clientId === '') return 'changes';
  const kinds = new Set(variablesIn(profile.clientId).map(({ kind }) => kind));
  if (kinds.has('username')) {
    for (const { kind } of variablesIn(profile.username ?? '')) kinds.add(kind);
  }
  if (kinds.has('random')) return 'changes';
  const known = new Set(['clientId', 'username', 'workspaceFolder']);
  return [...kinds].every((kind) => known.has(kind)) ? 'fixed' : 'unknown';
}
