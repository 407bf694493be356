/** What the settings of a profile do: when its will is published, when a silent loss is noticed, how long its Session lives. */
import type { ConnectionProfile, SandboxSettings } from '../profile/model.ts';

/** The Session Expiry Interval that does not expire (v5 3.1.2.11.2). */
const NEVER_SECONDS = 0xffff_ffff;

/** How long the Session outlives its connection. */
export type SessionLife =
  | { readonly kind: 'ends-with-connection' }
  | { readonly kind: 'expires'; readonly afterSeconds: number }
  | { readonly kind: 'never-expires' }
  /** Before 5.0: kept, and nothing says for how long. */
  | { readonly kind: 'kept' };

export interface Effects {
  /** From the last packet of the Client until the Server must close; undefined where it never has to. */
  readonly noticedAfterSeconds: number | undefined;
  readonly session: SessionLife;
  /** Undefined where there is no will. */
  readonly will:
    | {
        /** The Will Delay Interval of the profile. */
        readonly delaySeconds: number;
        /** From the end of the connection until the will is published. */
        readonly effectiveDelaySeconds: number;
        /** Its delay is cut short by the end of the Session. */
        readonly bySessionEnd: boolean;
        /** From the last packet of a silent Client until subscribers learn of it; undefined where they never have to. */
        readonly believedAliveSeconds: number | undefined;
      }
    | undefined;
  /** The Server may set another Keep Alive or Session Expiry Interval in CONNACK; the sandbox's are counted in. */
  readonly cappedBySandbox: boolean;
}

export function effectsOf(profile: ConnectionProfile, sandboxSettings: SandboxSettings): Effects {
  const version5 = profile.protocolVersion === 5;
  const sandbox = profile.broker.kind === 'sandbox' && version5 ? sandboxSettings : undefined;
  const keepAlive = sandbox?.serverKeepAlive ?? profile.keepAliveSeconds;
  const noticedAfterSeconds = keepAlive === 0 ? undefined : keepAlive * 1.5;
  const asked = profile.sessionExpiryInterval ?? 0;
  const granted = Math.min(asked, sandbox?.sessionExpiryMaximum ?? Number.POSITIVE_INFINITY);
  return {
    noticedAfterSeconds,
    session: sessionLife(profile, granted),
    will: willEffect(profile, granted, noticedAfterSeconds),
    cappedBySandbox: sandbox?.serverKeepAlive !== undefined || granted < asked,
  };
}

function sessionLife({ protocolVersion, cleanStart }: ConnectionProfile, expiry: number): SessionLife {
  if (protocolVersion !== 5) return { kind: cleanStart ? 'ends-with-connection' : 'kept' };
  if (expiry === 0) return { kind: 'ends-with-connection' };
  return expiry === NEVER_SECONDS ? { kind: 'never-expires' } : { kind: 'expires', afterSeconds: expiry };
}

/** v5 3.1.3.2.2: the will is published when its delay has passed or the Session ends, whichever happens first. */
function willEffect(
  { will, protocolVersion }: ConnectionProfile,
  expiry: number,
  noticedAfterSeconds: number | undefined,
): Effects['will'] {
  if (will === undefined) return undefined;
  const delaySeconds = protocolVersion === 5 ? (will.willDelayInterval ?? 0) : 0;
  const sessionSeconds = expiry === NEVER_SECONDS ? Number.POSITIVE_INFINITY : expiry;
  const effectiveDelaySeconds = Math.min(delaySeconds, sessionSeconds);
  return {
    delaySeconds,
    effectiveDelaySeconds,
    bySessionEnd: effectiveDelaySeconds < delaySeconds,
    believedAliveSeconds:
      noticedAfterSeconds === undefined ? undefined : noticedAfterSeconds + effectiveDelaySeconds,
  };
}

/** Seconds for people: `45 s`, `1 min 30 s`, `2 h`, `7 days`. At most two units; `~` before what is rounded. */
export function spellSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const units: readonly (readonly [size: number, one: string, many: string])[] = [
    [86_400, 'day', 'days'],
    [3600, 'h', 'h'],
    [60, 'min', 'min'],
    [1, 's', 's'],
  ];
  const words: string[] = [];
  let rest = seconds;
  for (const [size, one, many] of units) {
    if (words.length === 2) break;
    const count = size === 1 ? rest : Math.floor(rest / size);
    if (count === 0) {
      if (words.length === 1) break;
      continue;
    }
    words.push(`${count} ${count === 1 ? one : many}`);
    rest -= count * size;
  }
  return `${rest > 0 ? '~' : ''}${words.join(' ')}`;
}

/** How long the Session lives, as a part of a sentence. */
export function spellSession(session: SessionLife): string {
  switch (session.kind) {
    case 'ends-with-connection':
      return 'the Session ends with the connection';
    case 'expires':
      return `the Session ends ${spellSeconds(session.afterSeconds)} after the connection`;
    case 'never-expires':
      return 'the Session does not expire';
    case 'kept':
      return 'the Session is kept; 3.x sets no time';
  }
}
