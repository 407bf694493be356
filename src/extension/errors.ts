import { l10n } from 'vscode';
import type { UserError } from '../engine/messages.ts';
import type { ClientVerb } from './engine/client-actions.ts';

/** A UserError as something that can be thrown. */
export class UserFailure extends Error {
  readonly error: UserError;

  constructor(error: UserError) {
    super(error.message);
    this.name = 'UserFailure';
    this.error = error;
  }
}

/** Thrown when the user has turned a question down: nothing more is said. */
export class Cancelled extends Error {
  constructor() {
    super('Cancelled');
    this.name = 'Cancelled';
  }
}

/** Any thrown value as a UserError. */
export function userErrorOf(thrown: unknown): UserError {
  if (thrown instanceof UserFailure) return thrown.error;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'unexpected', message, hint: l10n.t('The log tells more.') };
}

export function engineEnded(): UserFailure {
  return new UserFailure({
    code: 'engine-ended',
    message: l10n.t('The engine that holds the connections has ended.'),
    hint: l10n.t('It is started again at the next command.'),
  });
}

export function nothingRecorded(): UserFailure {
  return new UserFailure({
    code: 'nothing-recorded',
    message: l10n.t('No engine has ended that left a recording.'),
    hint: l10n.t('While the setting mqttSession.recordToDisk is on, the trace is recorded as it comes.'),
  });
}

export function workspaceNotTrusted(): UserFailure {
  return new UserFailure({
    code: 'workspace-not-trusted',
    message: l10n.t('This workspace is not trusted, so nothing connects or listens.'),
    hint: l10n.t('Profile files are still checked. Trust the workspace to connect.'),
  });
}

export function virtualWorkspace(file: string): UserFailure {
  return new UserFailure({
    code: 'virtual-workspace',
    message: l10n.t('{0} is not a file on the machine that would connect.', file),
    hint: l10n.t('Open a folder on disk to connect from its profiles.'),
  });
}

export function noSuchProfile(profile: string, file: string): UserFailure {
  return new UserFailure({
    code: 'no-such-profile',
    message: l10n.t('{0} has no profile named {1}.', file, profile),
    hint: l10n.t('Choose one with "MQTT: Connect".'),
  });
}

export function noReport(): UserFailure {
  return new UserFailure({
    code: 'no-report-shown',
    message: l10n.t('There is no report of a behaviour check.'),
    hint: l10n.t('Check the behaviour of a broker first.'),
  });
}

/** `problem` is a diagnostic's message. */
export function unusableProfile(
  profile: string,
  file: string,
  code: string,
  problem: string,
  more: number,
): UserFailure {
  const first = l10n.t('Profile {0} of {1} cannot be used: {2} ({3})', profile, file, problem, code);
  return new UserFailure({
    code: 'unusable-profile',
    message: more > 0 ? l10n.t('{0} {1} more errors.', first, more) : first,
    hint: l10n.t('Nothing was connected.'),
  });
}

/** `problem` is a diagnostic's message. */
export function unusableSandbox(file: string, problem: string): UserFailure {
  return new UserFailure({
    code: 'unusable-sandbox',
    message: l10n.t('The sandbox settings of {0} cannot be followed: {1}', file, problem),
    hint: l10n.t('Nothing was started.'),
  });
}

export function noScenarios(): UserFailure {
  return new UserFailure({
    code: 'no-scenarios',
    message: l10n.t('No profile file of the workspace has scenarios.'),
    hint: l10n.t('Write some below "scenarios:"; completion offers the steps.'),
  });
}

export function noSuchScenario(scenario: string, file: string): UserFailure {
  return new UserFailure({
    code: 'no-such-scenario',
    message: l10n.t('{0} has no scenario {1}.', file, scenario),
    hint: l10n.t('Choose one in the Test Explorer.'),
  });
}

export function noScenarioTrace(): UserFailure {
  return new UserFailure({
    code: 'no-scenario-trace',
    message: l10n.t('There is no trace of this scenario.'),
    hint: l10n.t('Run it first.'),
  });
}

export function unreadableFile(file: string, reason: string): UserFailure {
  return new UserFailure({
    code: 'unreadable-file',
    message: l10n.t('{0} cannot be read: {1}', file, reason),
  });
}

export function needsVersion5(clientId: string): UserFailure {
  return new UserFailure({
    code: 'needs-version-5',
    message: l10n.t(
      '{0} speaks MQTT 3: its DISCONNECT has no reason code, so the Server always discards the will.',
      clientId,
    ),
    hint: l10n.t('Use "Close Without DISCONNECT" to have the will published, or set protocolVersion: 5.'),
  });
}

export function noSuchClient(name: string): UserFailure {
  return new UserFailure({
    code: 'no-such-client',
    message: l10n.t('No single client is known as {0}.', name),
    hint: l10n.t('Choose one in the Sessions view.'),
  });
}

/** The state that a command needs its client to be in, as a sentence to complete a refusal. */
function needOf(verb: ClientVerb): string {
  switch (verb) {
    case 'connect':
    case 'startClean':
      return l10n.t('It needs a client that is offline.');
    case 'resume':
      return l10n.t(
        'It needs a client that is offline and whose session the Server still keeps. "Start Clean" or "Connect" begin a new one.',
      );
    case 'takeOver':
      return l10n.t('It needs a client that is connected, or offline with a session.');
    case 'disconnect':
    case 'drop':
    case 'close':
    case 'freeze':
    case 'publish':
    case 'subscribe':
    case 'disconnectWithWill':
      return l10n.t('It needs a client that is connected. Use "Connect" first.');
  }
}

/** `title` is the command's. */
export function noCandidate(title: string, verb: ClientVerb): UserFailure {
  return new UserFailure({
    code: 'no-candidate',
    message: l10n.t('No client can do "{0}" now.', title),
    hint: needOf(verb),
  });
}

/** `title` is the command's, `state` is a word for the client's state. */
export function clientCannot(title: string, client: string, state: string, verb: ClientVerb): UserFailure {
  return new UserFailure({
    code: 'client-cannot',
    message: l10n.t('{0} is {1}: it cannot do "{2}" now.', client, state, title),
    hint: needOf(verb),
  });
}

export function alreadyConnected(client: string): UserFailure {
  return new UserFailure({
    code: 'already-connected',
    message: l10n.t('{0} is connected already.', client),
    hint: l10n.t('"Take Over" connects a second client with the same Client Identifier.'),
  });
}

/** `reason` is the name of the reason code in a SUBACK, PUBACK or PUBREC. */
export function refusedByServer(what: string, client: string, reason: string): UserFailure {
  return new UserFailure({
    code: 'refused',
    message: l10n.t('{0} of {1} was refused by the Server: {2}', what, client, reason),
  });
}

export function noSandbox(): UserFailure {
  return new UserFailure({
    code: 'no-sandbox',
    message: l10n.t('No sandbox broker is running.'),
    hint: l10n.t('"Start Sandbox Broker" starts one.'),
  });
}

export function noTap(): UserFailure {
  return new UserFailure({
    code: 'no-tap',
    message: l10n.t('No tap is listening.'),
    hint: l10n.t('"Start Tap" starts one for a profile.'),
  });
}

export function noTappedConnection(): UserFailure {
  return new UserFailure({
    code: 'no-tapped-connection',
    message: l10n.t('No program is connected through a tap.'),
    hint: l10n.t('Start a tap, and have the program connect to its address.'),
  });
}

export function noFault(): UserFailure {
  return new UserFailure({
    code: 'no-fault',
    message: l10n.t('No tap makes a fault now.'),
  });
}

export function noFaultRule(): UserFailure {
  return new UserFailure({
    code: 'no-fault-rule',
    message: l10n.t('No tap has a rule that makes faults.'),
    hint: l10n.t('"Fault: Add Rule" sets one.'),
  });
}

/** `problem` is a sentence that names what is not understood. */
export function faultRuleUnread(rule: string, problem: string): UserFailure {
  return new UserFailure({
    code: 'fault-rule-unread',
    message: l10n.t('The rule "{0}" cannot be read: {1}', rule, problem),
  });
}

export function nothingToExplain(): UserFailure {
  return new UserFailure({
    code: 'nothing-to-explain',
    message: l10n.t('The Server owes nothing yet that could be explained.'),
    hint: l10n.t('Connect a client with a will or a session, and drop its connection.'),
  });
}

export function noSecrets(): UserFailure {
  return new UserFailure({
    code: 'no-secrets',
    message: l10n.t('No secret is kept for this workspace.'),
  });
}

/** `reason` is a sentence. */
export function nothingImported(reason: string): UserFailure {
  return new UserFailure({
    code: 'nothing-imported',
    message: l10n.t('Nothing was imported. {0}', reason),
    hint: l10n.t('No file was written.'),
  });
}

export function noProfiles(): UserFailure {
  return new UserFailure({
    code: 'no-profiles',
    message: l10n.t('There is no profile to connect.'),
    hint: l10n.t('Profiles stand in files named *.mqtt.yaml, *.mqtt.yml or *.mqtt.json.'),
  });
}

/** `place` is a URI. */
export function captureElsewhere(place: string): UserFailure {
  return new UserFailure({
    code: 'capture-elsewhere',
    message: l10n.t('{0} is not a file on this machine, and cannot be read as a capture.', place),
    hint: l10n.t('Save it to disk, and open it from there.'),
  });
}
