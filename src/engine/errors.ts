/** What can go wrong in the engine itself, by name; the network's errors are in net/client. */
import { ListenError } from '../net/broker/listener.ts';
import { NetError } from '../net/client/net-error.ts';
import type { UserError } from './messages.ts';

export const engineErrors = {
  noSuchClient: (key: string) =>
    new NetError('no-such-client', `There is no client "${key}" any more.`, 'Connect its profile again.'),

  unknownMethod: (method: string) =>
    new NetError(
      'unknown-method',
      `The engine knows no request "${method}".`,
      'The extension and its engine do not belong together; install the extension again.',
    ),

  cannotWrite: (path: string, cause: unknown) =>
    new NetError(
      'cannot-write',
      `${path} could not be written: ${reasonOf(cause)}.`,
      'Choose another place, or make room there.',
    ),

  cannotRead: (path: string, cause: unknown) =>
    new NetError('cannot-read', `${path} could not be read: ${reasonOf(cause)}.`, 'Choose another file.'),

  notACapture: (path: string) =>
    new NetError(
      'not-a-capture',
      `${path} is no capture that can be read.`,
      'Captures are files in the formats pcap and pcapng, as Wireshark, tshark and tcpdump write them.',
    ),

  captureInUse: () =>
    new NetError(
      'capture-in-use',
      'This engine holds a trace already, into which no capture can be opened.',
      'Open the capture in a page of its own.',
    ),

  stopping: () => new NetError('stopping', 'The engine is stopping.', 'Try again when it runs.'),

  sandboxElsewhere: (address: string, port: number) =>
    new NetError(
      'sandbox-runs',
      `The sandbox broker of this file runs already, at ${address}, not on port ${port}.`,
      'Stop it first, or use the port that it has.',
    ),

  noSuchSandbox: () =>
    new NetError(
      'no-such-sandbox',
      'No sandbox broker of this file runs.',
      'Start it, or connect a profile with `broker: sandbox`.',
    ),

  scenarioIdentifierInUse: (clientId: string) =>
    new NetError(
      'scenario-identifier-in-use',
      `A client with the Client Identifier "${clientId}" is connected to the same broker, and the scenario would take over from it.`,
      'Disconnect it, and run the scenario again.',
    ),

  scenarioCancelled: () => new NetError('cancelled', 'The run was cancelled before it began.'),

  checkImpossible: (reason: string) =>
    new NetError(
      'check-impossible',
      `The behaviour of this broker cannot be checked: ${reason}.`,
      'Connect the profile first, to see what stands in the way.',
    ),

  noReport: (reason: string) =>
    new NetError('no-report', reason, 'Choose a report that a behaviour check has saved as JSON.'),

  noSuchTap: () => new NetError('no-such-tap', 'This tap does not run any more.', 'Start it again.'),

  noSuchConnection: (connection: number) =>
    new NetError(
      'no-such-connection',
      `Connection ${connection} has ended, or does not pass through this tap.`,
      'Choose one that is open.',
    ),

  noSuchRule: () =>
    new NetError('no-such-rule', 'This rule was taken away before.', 'Nothing is left to be done.'),

  tapNotAllowed: (host: string) =>
    new NetError(
      'tap-not-allowed',
      `Other machines could connect to the tap at ${host}, and send their traffic through it.`,
      'Confirm that this is meant, or let it listen on 127.0.0.1.',
    ),

  internal: (message: string) =>
    new NetError(
      'internal',
      `The engine failed: ${message}`,
      'The log has the details. Please report it: this is a fault of the extension.',
    ),
} as const;

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

/** What the user gets to read of whatever was thrown. */
export function userError(error: unknown): UserError {
  if (error instanceof NetError) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof ListenError) return { code: error.code, message: error.message };
  return userError(engineErrors.internal(error instanceof Error ? error.message : String(error)));
}

/** Whether it is a fault of ours, which belongs into the log whole. */
export function isInternal(error: unknown): boolean {
  return !(error instanceof NetError) && !(error instanceof ListenError);
}
