import { Uri } from 'vscode';

/**
 * What a command is about. The nodes of the views have this shape, and so have the arguments of key bindings and of other
 * extensions. `file` is a URI or an absolute path.
 */
export interface Target {
  readonly client?: string | undefined;
  readonly file?: Uri | undefined;
  readonly profile?: string | undefined;
  /** For `importConnections`, which otherwise asks: the file to write. */
  readonly to?: Uri | undefined;
  readonly expectation?: number | undefined;
  readonly session?: number | undefined;
  readonly server?: string | undefined;
  /** For `takeOver`, which otherwise asks. */
  readonly cleanStart?: boolean | undefined;
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
    to: uriOf(value['to']),
    expectation: numberOf(value['expectation']),
    session: numberOf(value['session']),
    server: stringOf(value['server']),
    cleanStart: typeof value['cleanStart'] === 'boolean' ? value['cleanStart'] : undefined,
  };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function uriOf(value: unknown): Uri | undefined {
  if (value instanceof Uri) return value;
  if (typeof value !== 'string' || value === '') return undefined;
  return /^[a-z][a-z0-9+.-]+:/i.test(value) ? Uri.parse(value) : Uri.file(value);
}
