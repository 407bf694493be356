import { Uri } from 'vscode';
import type { FaultDirection, FaultKind } from '../../engine/messages.ts';
import { faultRows } from '../../profile/faults.ts';

/**
 * What a command is about. The nodes of the views have this shape, and so have the arguments of key bindings and of other
 * extensions. `file` is a URI or an absolute path.
 */
export interface Target {
  readonly client?: string | undefined;
  readonly file?: Uri | undefined;
  readonly profile?: string | undefined;
  readonly scenario?: string | undefined;
  /** For `importConnections`, which otherwise asks: the file to write. */
  readonly to?: Uri | undefined;
  readonly expectation?: number | undefined;
  readonly session?: number | undefined;
  readonly insight?: number | undefined;
  readonly server?: string | undefined;
  /** For `takeOver`, which otherwise asks. */
  readonly cleanStart?: boolean | undefined;
  /** For `saveCapture`, which otherwise asks: whether passwords are replaced. */
  readonly mask?: boolean | undefined;
  readonly tap?: string | undefined;
  /** Of a connection through a tap, its id in the trace. */
  readonly connection?: number | undefined;
  /** For `startTap`: where to listen instead of where the profile says; 0 takes a free one. */
  readonly port?: number | undefined;
  /** For faults, which otherwise ask. */
  readonly direction?: FaultDirection | undefined;
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** For `fault.clear`, which otherwise asks: the kind of fault that is taken away. */
  readonly fault?: FaultKind | undefined;
  /** A rule of a tap, by its id. */
  readonly rule?: number | undefined;
  /** For `fault.addRule`, which otherwise asks: the rule as `mqtt-session tap --fault` takes it. */
  readonly newRule?: string | undefined;
}

/** Reads whatever was handed over; what does not fit is left out. */
export function targetOf(given: unknown): Target {
  if (given instanceof Uri) return { file: given };
  if (typeof given !== 'object' || given === null) return {};
  const value = given as Readonly<Record<string, unknown>>;
  return {
    client: stringOf(value['client']),
    file: uriOf(value['file']),
    profile: stringOf(value['profile']),
    scenario: stringOf(value['scenario']),
    to: uriOf(value['to']),
    expectation: numberOf(value['expectation']),
    session: numberOf(value['session']),
    insight: numberOf(value['insight']),
    server: stringOf(value['server']),
    cleanStart: typeof value['cleanStart'] === 'boolean' ? value['cleanStart'] : undefined,
    mask: typeof value['mask'] === 'boolean' ? value['mask'] : undefined,
    tap: stringOf(value['tap']),
    connection: numberOf(value['connection']),
    port: numberOf(value['port']),
    direction: directionOf(value['direction']),
    latencyMs: numberOf(value['latencyMs']),
    jitterMs: numberOf(value['jitterMs']),
    bytesPerSecond: numberOf(value['bytesPerSecond']),
    fault: kindOf(value['fault']),
    rule: numberOf(value['rule']),
    newRule: stringOf(value['rule']),
  };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function directionOf(value: unknown): FaultDirection | undefined {
  return value === 'both' || value === 'toServer' || value === 'toClient' ? value : undefined;
}

function kindOf(value: unknown): FaultKind | undefined {
  return typeof value === 'string' && Object.hasOwn(faultRows, value) ? (value as FaultKind) : undefined;
}

function uriOf(value: unknown): Uri | undefined {
  if (value instanceof Uri) return value;
  if (typeof value !== 'string' || value === '') return undefined;
  return /^[a-z][a-z0-9+.-]+:/i.test(value) ? Uri.parse(value) : Uri.file(value);
}
