/**
 * The words of a scenario's report: what a step expects and what was observed, as templates by code. Places are filled as in
 * the session rules' sentences: a name that ends in `Ms` is a duration. Pure data; the host translates the templates.
 */
import { factTemplates, formatTemplate } from '../session/sentences.ts';

export const scenarioWords = {
  // What a step expects.
  connects: 'The Server accepts {client}, its subscriptions, and what it publishes after connecting',
  comesBack: 'The Server accepts {client} again',
  takesOver: 'The Server accepts a second connection with the Client Identifier of {client}',
  publishes: '{client} publishes to "{topic}" with QoS {qos}, and the Server accepts it',
  subscribes: 'The Server accepts the subscription of {client} to "{topicFilter}"',
  unsubscribes: 'The Server answers that {client} is not subscribed to "{topicFilter}" any more',
  disconnects: '{client} leaves with DISCONNECT {reasonCode}',
  ends: 'The connection of {client} is ended from here',
  fallsSilent: '{client} falls silent while its connection stays open',
  connectsNot: 'No connection of {client} comes about',
  holdsBoth: 'The network holds what {client} and the Server send each other',
  holdsToServer: 'The network holds what {client} sends',
  holdsToClient: 'The network holds what the Server sends to {client}',
  letsPassBoth: 'What the network has held for {client} passes, and {client} is not silent any more',
  letsPassToServer: 'What {client} has sent and the network has held passes',
  letsPassToClient: 'What the Server has sent to {client} and the network has held passes',
  delaysBoth: 'What {client} and the Server send each other takes {delay} longer',
  delaysToServer: 'What {client} sends takes {delay} longer',
  delaysToClient: 'What the Server sends to {client} takes {delay} longer',
  limitsBoth: 'At most {rate} bytes a second pass between {client} and the Server, each way',
  limitsToServer: 'At most {rate} bytes a second pass from {client} to the Server',
  limitsToClient: 'At most {rate} bytes a second pass from the Server to {client}',
  losesDisconnect: 'DISCONNECT of {client} does not reach the Server',
  losesPingresp: 'No PINGRESP reaches {client}',
  refusesNew: 'New connections of {client} are refused',
  cutsOff: 'The network cuts off the connection of {client}',
  closesOff: 'The network closes the connection of {client}',
  ruleStands: 'A fault stands ready for {client}: {fault}, when {condition}',
  clears: 'All faults of {client} are taken away',
  timePasses: '{forMs} pass',
  willComes: 'The will of {client} is published, {fromMs} to {toMs} after its connection has ended',
  willComesLike:
    'The will of {client} is published with {message}, {fromMs} to {toMs} after its connection has ended',
  noWillComes: 'No will of {client} is published within {forMs}',
  sessionPresent: 'CONNACK says to {client} that its Session is there (Session Present 1)',
  sessionAbsent: 'CONNACK says to {client} that its Session is new (Session Present 0)',
  programComes: 'The program of {client} connects within {withinMs}, and the Server accepts it',
  serverCloses: 'The Server ends the connection of {client} within {withinMs}',
  serverClosesWith: 'The Server ends the connection of {client} with {reason} within {withinMs}',
  messageComes: '{client} receives a message with {message} within {withinMs}',
  noMessageComes: '{client} receives no message on "{topic}" within {forMs}',

  insightComes: 'The habit {kind} is recognised in {client} within {withinMs}',
  noInsightComes: 'The habit {kind} is not recognised in {client} for {forMs}',
  noInsightsCome: 'No habit that leads to trouble is recognised in {client} for {forMs}',

  // What was observed.
  done: 'So it was',
  failed: '{message}',
  refused: 'The Server answered {reason}',
  refusedByFault: 'A fault ended the connection before the Server had accepted it',
  noAnswerByFault: 'No CONNACK came through in time while faults stood in the way',
  acceptedNonetheless: 'The Server accepted it',
  answerHeld:
    'No answer came through within {forMs} while faults stood in the way: with "awaitAnswer: false" the step does not wait for one',
  answerLost:
    'A fault ended the connection before an answer came through: with "awaitAnswer: false" the step does not wait for one',
  cancelled: 'The run was cancelled',
  notListening: 'The tap for {client} cannot listen: {message}',
  programCame: '{clientId} was accepted {afterMs} after the step had begun',
  programCameBefore: '{clientId} had been accepted already',
  programCameNot: 'No program connected to the tap for {forMs}',
  programHadNoBroker:
    'No program could connect for {forMs}: nobody is at the address of its broker, so the tap refused it',
  programLeft:
    'A program came to the tap and left without CONNECT ({reason}): it has to speak to the tap as to the broker and, where that is TLS, to trust the certificate of the tap, whose file the log names',
  programNotAccepted: 'A program connected to the tap, and was not accepted for {forMs}',
  neverConnected: '{client} has not been connected in this scenario',
  noWill: '{client} connected without a will, so there is none',
  willCame: '{subscriber} received it {afterMs} after the connection had ended',
  willCameEarly: '{subscriber} received it {afterMs} after the connection had ended, {byMs} too early',
  willCameLate: '{subscriber} received it {afterMs} after the connection had ended, {byMs} too late',
  willCameLater:
    '{subscriber} received it {afterMs} after the connection had ended, as a message that the Server had kept: when it was published is not known',
  willCameWhileOpen: '{subscriber} received it while the connection was open',
  willCameOther: '{subscriber} received it with {message}',
  willCameAltered: '{subscriber} received it, but not as it was given to the Server',
  willCameUnread: 'It was published, and the copy that was seen is of a connection outside of this scenario',
  willUnclear: 'Something was received on "{topic}" that may be this will or another message',
  willDidNotCome: '{subscriber} was subscribed to "{topic}" and had received nothing after {afterMs}',
  willNotWatched:
    'Nobody in this scenario was subscribed to "{topic}" all that time: connect a Client that is',
  willObserverRefused:
    'The Server refused the connection that should have watched for "{topic}" with {reason}: connect a Client that is subscribed to it',
  willWatchRefused:
    'Nobody in this scenario was subscribed to "{topic}", and the Server answered the observer with {reason}: let these credentials subscribe to it, or connect a Client that may',
  willStillArmed: 'The connection of {client} was still open, so its will was not due',
  noWillCame: 'None was received for {forMs}',
  noWillAtAll: '{client} has no will that could be published',
  presentIs: 'CONNACK carried Session Present {present}',
  presentUnknown: 'MQTT 3.1 does not tell whether the Session was there',
  closedBy: 'The Server ended the connection {afterMs} after the step had begun',
  closedByWith: 'The Server ended the connection with {reason}',
  closedBefore: 'The Server had ended the connection already',
  closedWithout: 'The Server ended the connection without DISCONNECT',
  closedLate: 'The Server ended the connection only after {afterMs}',
  closedByLink: 'The link failed, which does not show what the Server did ({detail})',
  closedHere: 'The connection was ended from here',
  stillOpen: 'The connection was still open after {forMs}',
  messageCame: '{client} received it {afterMs} after the step had begun',
  messageCameBefore: '{client} had received it already',
  messageCameDelayed: '{client} received it, at most {byMs} after the Server had sent it',
  messageHeld: 'The Server sent it, and a fault may have kept it from {client} all that time',
  messageOther: '{client} received on that topic only a message with {message}',
  messageDidNotCome: '{client} received nothing on "{topic}" for {forMs}',
  messageNotConnected: '{client} was not connected, so it could receive nothing',
  messageUnread: 'What {client} received could not be read',
  messagesForgotten: 'More messages came than are kept, so this one may have been among them',
  noMessageCame: '{client} received nothing on that topic for {forMs}',
  insightCame: '{kind}: {title}',
  insightDidNotCome: 'It was not recognised for {forMs}',
  insightOthers: 'Only these were recognised: {kinds}',
  noInsightCame: 'None was recognised',
  messageCameNonetheless: '{client} received a message with {message}',
} as const;

export type ScenarioWord = keyof typeof scenarioWords;

/** A sentence as data: a code of `scenarioWords`, and what stands in its places. */
export interface ScenarioSentence {
  readonly code: ScenarioWord;
  readonly params: Readonly<Record<string, string | number>>;
}

/** The sentence in words, without a full stop. `translate` gives the template in another language. */
export function tellSentence(
  { code, params }: ScenarioSentence,
  translate: (template: string) => string = (template) => template,
  locale?: string,
): string {
  return formatTemplate(translate(scenarioWords[code]), params, locale);
}

/** A fact of the session rules in words, without a full stop. */
export function tellFact(
  { code, params }: { readonly code: string; readonly params: ScenarioSentence['params'] },
  translate: (template: string) => string = (template) => template,
  locale?: string,
): string {
  const templates: Readonly<Record<string, string>> = factTemplates;
  return formatTemplate(translate(templates[code] ?? code), params, locale);
}
