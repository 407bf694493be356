/**
 * The words for what the rules found: templates of facts by code, and a few short tables for tracks and titles. Pure data
 * and pure functions; the page and the host import this file by value. A template names its values as `{name}`,
 * and the end of a name says how its value is shown:
 *
 * - `AtMs`: a time of day. `DeviationMs`: a duration with its sign. Other `Ms`: a duration.
 * - `Seconds`: a duration; where the name ends in `ExpirySeconds`, 0xFFFFFFFF is "never".
 * - `Code`: a Reason Code in hexadecimal.
 */
import { insightTemplates } from './insights/sentences.ts';
import type { Fact, Verdict } from './model.ts';

export { insightTitles } from './insights/sentences.ts';

/** The sentences of Why, one a fact code, in the order in which they are told. */
export const factTemplates = {
  // What CONNECT and CONNACK agreed on.
  connectDelayAndExpiry:
    'CONNECT carried Will Delay Interval {delaySeconds} and Session Expiry Interval {sessionExpirySeconds}',
  connectDelayOnly:
    'CONNECT carried Will Delay Interval {delaySeconds} and no Session Expiry Interval, which means 0',
  connectExpiryOnly:
    'CONNECT carried a Will Message without Will Delay Interval, and Session Expiry Interval {sessionExpirySeconds}',
  connectWillOnly:
    'CONNECT carried a Will Message with neither Will Delay Interval nor Session Expiry Interval',
  connectNoWillExpiry: 'CONNECT carried Session Expiry Interval {sessionExpirySeconds}',
  connectNoWillNoExpiry: 'CONNECT carried no Session Expiry Interval, which means 0',
  connectWillCleanSession:
    'CONNECT carried a Will Message and CleanSession 1: the Session lasts as long as the connection',
  connectWillKeptSession: 'CONNECT carried a Will Message and CleanSession 0: the Server keeps the Session',
  connectCleanSession: 'CONNECT carried CleanSession 1: the Session lasts as long as the connection',
  connectKeptSession: 'CONNECT carried CleanSession 0: the Server keeps the Session',
  connackExpiry: 'CONNACK replaced the Session Expiry Interval with {sessionExpirySeconds}',
  connackKeepAlive: 'CONNACK set the Keep Alive to {keepAliveSeconds}, in place of {askedSeconds}',
  connackAssigned: 'CONNACK assigned the Client Identifier {clientId}',
  connectKeepAlive: 'CONNECT carried Keep Alive {keepAliveSeconds}',
  disconnectExpiry: 'DISCONNECT set the Session Expiry Interval to {sessionExpirySeconds}',

  // How the connection ended.
  endedCut: 'The connection ended at {endedAtMs} without DISCONNECT (cut on the side of the Client)',
  endedClosed: 'The connection ended at {endedAtMs} without DISCONNECT (closed by the Client)',
  endedCutHere: 'The connection ended at {endedAtMs} without DISCONNECT (cut from here)',
  endedClosedHere: 'The connection ended at {endedAtMs} without DISCONNECT (closed from here)',
  endedCutByTap: 'The connection ended at {endedAtMs} without DISCONNECT (cut by a fault of the tap)',
  endedClosedByTap: 'The connection ended at {endedAtMs} without DISCONNECT (closed by the tap)',
  endedDisconnectDropped:
    'The connection ended at {endedAtMs}, and the Server saw no DISCONNECT: the tap has dropped it',
  faultByRule: 'The tap made this fault by a rule: {rule}',
  endedLost: 'The connection ended at {endedAtMs} without DISCONNECT (the link failed)',
  endedUnknown: 'The connection ended at {endedAtMs} without DISCONNECT',
  endedByServer: 'The Server closed the connection at {endedAtMs} without DISCONNECT',
  endedByServerCode:
    'The Server sent DISCONNECT {reasonCode} ({reason}) at {endedAtMs} and ended the connection',
  endedNormally: 'The Client sent DISCONNECT {reasonCode} at {endedAtMs}',
  endedNormallyBefore5: 'The Client sent DISCONNECT at {endedAtMs}',
  endedWithWill: 'The Client sent DISCONNECT {reasonCode} ({reason}) at {endedAtMs}',
  endedWithClientCode: 'The Client sent DISCONNECT {reasonCode} ({reason}) at {endedAtMs}',
  endedMalformedDisconnect:
    'The Client sent a DISCONNECT that is not valid ({problem}), and the connection ended at {endedAtMs}',
  endedIllegalCode:
    'The Client sent DISCONNECT {reasonCode} ({reason}), which only a Server may use or nobody, and the connection ended at {endedAtMs}',
  endedInvalidExpiry:
    'The Client sent DISCONNECT with Session Expiry Interval {sessionExpirySeconds}, though CONNECT had set 0, and the connection ended at {endedAtMs}',
  endedKeepAlive:
    'The Server ended the connection at {endedAtMs}, when nothing had come from the Client for {silentMs}; its Keep Alive is {keepAliveSeconds}',
  endedTakenOver:
    'Another connection with the same Client Identifier took over at {endedAtMs}, with {cleanStart}',
  endedTakenOverUnseen:
    'The Server sent DISCONNECT {reasonCode} ({reason}) at {endedAtMs}; the connection that took over is not in the trace',
  endedViolation: 'The Client broke the protocol ({problem}), and the connection ended at {endedAtMs}',
  endedReauthentication: 'Re-authentication failed, and the connection ended at {endedAtMs}',
  endedDeleted: 'The Session was deleted at {endedAtMs}',
  endedServerStopped: 'The Server stopped at {endedAtMs}',
  endedRefused: 'The Server refused the CONNECT with {reasonCode} ({reason}) at {endedAtMs}',
  endedClosedBeforeConnack: 'The Server closed the connection at {endedAtMs} without answering the CONNECT',
  endedUnanswered: 'The connection ended at {endedAtMs} before the CONNECT was answered',

  // The rule.
  ruleDiscarded: 'On DISCONNECT 0x00 the Server must discard the Will Message without publishing it',
  ruleDiscardedFirst:
    'On DISCONNECT 0x00 the Server must discard the Will Message, and only then does the Session end',
  ruleDiscarded311: 'On DISCONNECT the Server must discard the Will Message without publishing it',
  ruleInvalidExpiry:
    'That is a Protocol Error and not a valid DISCONNECT, so it does not remove the Will Message',
  ruleMalformedDisconnect: 'A malformed DISCONNECT does not remove the Will Message',
  ruleMalformedDisconnect311: 'That DISCONNECT is a protocol violation and does not remove the Will Message',
  ruleAskedForWill: 'With 0x04 the Client asks for its Will Message to be published',
  ruleOnlyZeroDiscards: 'Only DISCONNECT 0x00 from the Client removes the Will Message',
  ruleIllegalCode: 'A DISCONNECT that the Client must not send does not remove the Will Message',
  ruleHardlyEver:
    'The delay is about 136 years and the Session does not expire, so the Will Message goes out only if the Session is ended otherwise',
  ruleKeepAlive:
    'After one and a half times the Keep Alive without a packet, the Server must close as if the network had failed',
  ruleKeepAlive311:
    'After one and a half times the Keep Alive without a packet, the Server must disconnect as if the network had failed',
  ruleNoKeepAlive:
    'With Keep Alive 0 the Server has no deadline: it notices when TCP fails, and nothing says when that is',
  ruleServerClosed: 'A close by the Server does not remove the Will Message, whatever its reason',
  ruleServerClosed311:
    'Only DISCONNECT removes the Will Message; the list of causes in the standard is not exhaustive',
  ruleRedirected: 'Going to another Server does not remove the Will Message here',
  ruleViolation: 'On a protocol error the Server must close the connection, and the Will Message is due',
  ruleViolation311:
    'On a protocol violation the Server must close the connection, and the Will Message is due',
  ruleReauthentication:
    'When re-authentication fails the connection must be closed, and the Will Message is due',
  ruleDeleted: 'Deleting the Session ends it, and the end of the Session makes the Will Message due',
  ruleServerStopped:
    'A Server that stops may publish the Will Message after its restart, without a limit in time',
  ruleServerStopped311:
    'A Server that stops may publish the Will Message after its restart, without a limit in time',
  ruleRefused:
    'For a CONNECT that it refused the Server stores nothing, so there is no Will Message to publish',
  ruleRefused311: 'Only an accepted CONNECT makes the Server store the Will Message',
  ruleUnanswered:
    'The Server may have accepted the CONNECT and stored the Will Message, or not; the trace cannot show which',
  ruleResumed:
    'A new connection to the Session before the delay has passed means that the Will Message must not be sent',
  ruleRefusedDoesNotCancel: 'A CONNECT that was refused is no connection to the Session and cancels nothing',
  ruleCleanStart: 'Clean Start 1 ended the old Session, and the end of the Session made the Will Message due',
  ruleCleanSession:
    'CleanSession 1 ended the old Session, and the end of the Session made the Will Message due',
  ruleAlreadyDue: 'The Will Message was due before the Client came back, so coming back does not cancel it',
  ruleReplacedByNone:
    'The connection that resumed the Session carried no Will Message, so none is left to publish',
  ruleReplaced: 'The connection that resumed the Session carried a Will Message that replaced this one',
  ruleTakenOver:
    'A takeover closes the old connection first, and its Will Message is published as for any other close',
  ruleTakenOver311: 'Before 5.0 the Will Message belongs to the connection, and a takeover closes that',
  ruleMixedVersions: 'The version of the old connection decides',
  ruleRefusedTakeover:
    'The checks come before the takeover: a refused CONNECT leaves the old connection as it was',
  ruleKeptSession311:
    'The Will Message belongs to the connection: that the Session is kept does not delay it',
  rule31: 'MQTT 3.1 publishes the Will Message on an I/O error and on a keep-alive timeout',
  ruleSilent31: 'MQTT 3.1 does not say whether this publishes the Will Message',
  waitShorter: 'The Server must wait for the shorter of the two: {waitSeconds}',
  waitDelay:
    'The Session does not expire, so the Server must wait for the Will Delay Interval: {waitSeconds}',
  atOnce: 'The Will Message has no delay, so it was due at once',
  atOnceSessionEnded:
    'The Session ended with the connection, so the Will Message was due at once, whatever its delay',

  // What happened then.
  cameBack: 'The Client came back with {cleanStart} at {acceptedAtMs}, accepted',
  cameBackWithoutExpiry:
    'The Client came back with {cleanStart} and without Session Expiry Interval at {acceptedAtMs}, accepted',
  cameBackInTime:
    'The Client came back with {cleanStart} at {acceptedAtMs}, accepted, {beforeMs} before the Will Message was due',
  cameBackRefused: 'A CONNECT of the Client at {askedAtMs} was refused with {reasonCode} ({reason})',
  resumedAgain: 'The connection that had resumed the Session ended at {endedAtMs}',
  sessionPresent: 'CONNACK carried Session Present {sessionPresent}',
  sessionNotResumed:
    'CONNACK said Session Present 0, so it was not this Session that the Client came back to',
  connectsCrossed:
    'Two CONNECTs of the Client were under way at the same time, so the Server may have taken either first',
  takenOverFirst:
    'A CONNECT of the same Client was under way as well, so the Server may have closed the old connection before the DISCONNECT came',
  stoodStill:
    'From {fromAtMs} to {untilAtMs} the recording stood still (the machine slept or was busy): what came then was seen later than it came',
  raceWithResume: 'The Client came back so close to the due time that the Server could see either first',

  // The outcome.
  receivedAfterDue: '{subscriber} received it {afterMs} after it was due',
  receivedBeforeDue: '{subscriber} received it {beforeMs} before the time counted from {endedAtMs}',
  receivedEarly: '{subscriber} received it {beforeMs} before it was due',
  receivedWhileConnected: '{subscriber} received it at {receivedAtMs}, while the connection was open',
  receivedLate: '{subscriber} received it {afterMs} after it was due, which is not promptly',
  lateByDelay: 'That is the Will Delay Interval, which the end of the Session should have cut short',
  receivedQueued: '{subscriber} received it at {receivedAtMs}, when it was back: the Server had kept it',
  receivedRetained:
    '{subscriber} received it as a retained message at {receivedAtMs}: it was published by then, and nothing shows when',
  receivedNonetheless: '{subscriber} received it at {receivedAtMs} nonetheless',
  receivedUndecided: '{subscriber} received it at {receivedAtMs}',
  receivedShowsAccepted: '{subscriber} received it at {receivedAtMs}, so the Server had accepted the CONNECT',
  noOtherPublisher: 'No Client in the trace published the same message',
  notReceived: '{subscriber} was subscribed to "{filter}" and had not received it by {untilAtMs}',
  notReceivedQos0: 'It would have come with QoS 0, which a Server may drop under load',
  notAuthorised: 'The Server may refuse the topic to the Client without saying so: check its access rules',
  excludedSubscribed:
    'Ruled out: that nobody could see it. {subscriber} was subscribed to "{filter}" since {sinceAtMs}, alone and not by a shared subscription, and connected all the time',
  excludedPath:
    'Ruled out: access rules and mapped topics. What the Client published on "{topic}" reached {subscriber} at {reachedAtMs}',
  accessOpen:
    'Nothing in the trace shows that the Server lets this user publish to "{topic}": check its access rules, or publish there once from this Client while {subscriber} is connected',
  endedByOperator:
    'An operator may have ended the connection, and some Servers then suppress the Will Message: look into its log',
  nobodySubscribed:
    'No Client in the trace was subscribed to "{topic}" while it was due: connect a subscriber to see it',
  nobodySubscribedDollar:
    'No Client in the trace was subscribed to "{topic}" while it was due; a filter that starts with a wildcard does not match it',
  subscriptionRefused:
    '{subscriber} wanted to see it, but the Server refused the subscription to "{filter}" with {reasonCode} ({reason}): allow these credentials to subscribe to it, or connect a profile that may',
  observerRefused:
    'The Server refused the connection that should have watched for it with {reasonCode} ({reason}): connect a subscriber to see it, or give the profile credentials that also serve another Client Identifier',
  onlyShared:
    'The only subscription that matches is shared, so the Server may have given the message to another Client',
  onlyResumedUnsaid:
    '{subscriber} subscribed before it came back with MQTT 3.1, whose CONNACK does not say whether the Session was kept',
  onlyOffline:
    '{subscriber} is subscribed but was not connected: resume its Session to see a message that was kept',
  onlyNoLocal: '{subscriber} has the same Client Identifier and No Local, so it need not see the message',
  subscribedTooLate:
    '{subscriber} was subscribed when it was due, but not from the start: it may have been published too early, unseen',
  subscribedAfterDue: '{subscriber} subscribed after it was due',
  tooLargeForSubscriber: 'The message is larger than the Maximum Packet Size of {subscriber}',
  dollarTopic: 'A Server may refuse Will Messages on topics that start with $',
  sameMessagePublished:
    'A Client published the same message at {publishedAtMs}, so the copies cannot be told apart',
  sameWills:
    'Another Will Message with the same topic and payload was due at the same time: the copies cannot be told apart',
  ambiguousCopy: 'A copy came at {receivedAtMs} that more than one Will Message could explain',
  alteredCopy: '{subscriber} received another payload on that topic when it was due, at {receivedAtMs}',
  retainedOfUnknownAge: '{subscriber} received a retained copy at {receivedAtMs}, which may be from before',
  endUncertain: 'When the Server noticed the end is only known to lie between {fromAtMs} and {untilAtMs}',
  bytesMissing:
    'From {missingAtMs} on, bytes of the connection are missing in the capture: nobody can say what they were',
  traceEnds: 'The trace ends at {endAtMs}; what became of it is not in it',
  traceEndsBefore:
    'The trace ends at {endAtMs}, {beforeMs} before it was due; what became of it is not in it',
  traceEndsAfter:
    'The trace ends at {endAtMs}, {afterMs} after it was due: too early to say that it did not happen',
  endUnbounded: 'When the Server noticed the end is not known: nothing in the trace shows it',
  notClosedYet: 'The connection was not closed after DISCONNECT, and the Will Message is due only after that',
  resetAfterDisconnect:
    'The connection was reset right after DISCONNECT, so the Server may never have read the DISCONNECT',
  serverHeldOn: 'The Server went on using the connection afterwards',
  serverSilent: 'Nothing shows whether the Server still held the connection',
  silentPastKeepAlive: 'The Client had been silent past its Keep Alive, so the Server may have closed unseen',

  // Sessions.
  sessionEndsWithConnection: 'A Session without expiry ends when its connection closes',
  sessionExpires:
    'The Session ends {sessionExpirySeconds} after the connection, if the Client does not come back',
  sessionEndUnseen:
    'Nothing on the wire shows the end of a Session: a CONNECT with {cleanStart} would show it',
  sessionEndShown: 'CONNACK with Session Present 0 at {acceptedAtMs} shows that it had ended',
  sessionOutlived: 'CONNACK with Session Present 1 at {acceptedAtMs} shows that it had not ended',
  sessionLostEarly:
    'CONNACK with Session Present 0 at {acceptedAtMs} shows that it had ended before its time',
  sessionResumedInTime: 'The Client resumed it at {acceptedAtMs}, before it was due to end',
  sessionReplaced: 'The Client started clean at {acceptedAtMs}, which ended it',
  sessionDeleted: 'It was deleted at {deletedAtMs}',
  sessionUnreadable:
    'The Client came back with MQTT 3.1, whose CONNACK does not say whether the Session was there',
  sessionPresentClean: 'With {cleanStart} the Server must answer Session Present 0',
  sessionPresentRefused: 'With a Reason Code other than 0 the Server must answer Session Present 0',
  sessionPresentAlive:
    'The Session lived until {endsAtMs} at least, so the Server must answer Session Present 1',
  sessionPresentForever: 'The Session does not expire, so the Server must answer Session Present 1',
  sessionPresentTakeover:
    'The Session was in use until the takeover, so the Server must answer Session Present 1',
  sessionPresentEnded: 'The Session had ended at {endsAtMs}, so the Server must answer Session Present 0',
  sessionPresentOpen: 'The Client came back so close to the end of the Session that either answer is right',
  sessionPresentUncertain: 'What the Server holds is not known here ({why})',
  sessionCapped: 'A Server may limit how long it keeps a Session of this version',

  // Keep alive.
  lastPacket: 'The last packet from the Client came at {lastAtMs}',
  frozen: 'The Client was frozen at {frozenAtMs}: it sends nothing, PINGREQ included',
  frozenByTap:
    'The tap held back what the Client sent from {frozenAtMs} on: nothing reached the Server, no PINGREQ either',
  willWithClose: 'With that close the Will Message is due: at {dueAtMs}, if nothing comes before',
  willAfterClose:
    'The Will Message is due {waitSeconds} after that close: at {dueAtMs}, if nothing comes before',
  keepAliveClosed: 'The Server ended the connection {afterMs} after that',
  keepAliveClosedEarly: 'The Server said 0x8D (Keep Alive timeout) {beforeMs} before that',
  keepAliveStillOpen: 'The connection was still open at {untilAtMs}',
  keepAliveSpoke: 'The Client spoke again at {spokeAtMs}',
  keepAliveEnded: 'The connection ended otherwise before that, at {endedAtMs}',
  keepAliveEndedOtherwise: 'The connection ended at {endedAtMs}, and not by the Server',

  // Readings of ambiguous passages.
  readingA1:
    '[MQTT-3.1.2-8] exempts any new connection for the Client Identifier, [MQTT-3.1.3-9] only one to this Session. Read here: Clean Start ended this Session, so the Will Message is owed',
  readingA2:
    'The note in 3.1.3.2.2 says that a takeover within the delay sends no Will Message, the note in 3.1.4 that it does. Read here: without expiry the Session ends with the connection (3.1.2.11.2), so the Will Message is owed',
  readingA3:
    'A note in 3.1.2.11.2 equates Clean Start 0 without Session Expiry Interval with CleanSession 0 of 3.1.1, the text above it says that absent means 0. Read here: 0',
  readingA4:
    '3.14.2.2.2 speaks of the value in CONNECT, 3.2.2.3.2 says that the Server uses the one in CONNACK. Read here: the one in CONNACK; where it decides whether DISCONNECT is valid, either is accepted',
  readingA5:
    'DISCONNECT asked for a longer Session than CONNACK had allowed, and 3.14.2.2.2 gives the Server no way to answer. Read here: it may keep to its limit or not',
  readingA6:
    '[MQTT-3.14.4-3] names only 0x00, and 3.14 says that any other code publishes the Will Message; some Servers discard it on error codes. Read here: it is owed',
  readingA7:
    '[MQTT-3.1.2-10] removes a Will Message only when it is published or on DISCONNECT 0x00, [MQTT-3.1.2-7] ties it to the Session. Read here: a resume without a Will Message leaves none',
  readingA8:
    '[MQTT-3.1.2-8] speaks of a new connection for the Client Identifier, [MQTT-3.1.4-2] and [MQTT-3.1.4-6] of refused ones. Read here: only an accepted CONNECT counts',
  readingA9:
    '[MQTT-3.14.4-3] discards on DISCONNECT 0x00, [MQTT-4.13.1-1] closes on a packet that is not valid. Read here: what is not valid discards nothing',
  readingA10:
    '[MQTT-3.1.2-7] stores the Will Message without saying "if accepted", [MQTT-3.1.4-2] and [MQTT-3.1.4-6] stop at a refused CONNECT. Read here: nothing is stored for one',
  readingA11:
    '[MQTT-3.1.2-8] demands the Will Message, 3.1.2.5 lets a Server that stops wait until it has restarted. Read here: undecided until it is seen',
  readingA12:
    '[MQTT-3.1.3-9] sets the time in whole seconds of the clock of the Server, 3.1.2.5 only asks for promptness. Read here: early is a deviation, up to {toleranceMs} late is not',
  readingA13:
    '[MQTT-3.8.3-3] speaks of the publishing connection, which for a Will Message is gone. Read here: a subscriber with the same Client Identifier and No Local need not see it',
  readingA14:
    'Neither standard says what one version makes of a Session of the other. Read here: it is resumed, and a contradiction is left undecided',
  readingA15:
    '4.7.2 asks Servers to keep Clients off topics that start with $, no statement forbids such a Will Message. Read here: legal unless refused',
  readingA16:
    '[MQTT-3.14.4-3] discards on DISCONNECT, [MQTT-3.14.1-1] makes one with flag bits a violation. Read here: it discards nothing',
  readingA17:
    '[MQTT-4.1.0-1] of 3.1.1 stores a Session for its whole life, 4.1 lets an administrator limit that. Read here: an unannounced limit is policy, not a deviation',

  // The checks on the published will.
  checkContent: 'Topic and payload are those of the CONNECT',
  checkContentOther: 'The payload on that topic was another one ({length} bytes instead of {expectedLength})',
  checkQos: 'QoS is {qos}: the lower of Will QoS {willQos} and what was granted',
  checkQosWrong: 'QoS is {qos}, but the lower of Will QoS {willQos} and granted {granted} is {expected}',
  checkQosUnknown: 'QoS is {qos}; what was granted to {subscriber} is not in the trace',
  checkRetain: 'RETAIN is {retain}, as it must be',
  checkRetainWrong: 'RETAIN is {retain}, but must be {expected}',
  checkRetainUnknown: 'RETAIN is {retain}; the options of the subscription are not in the trace',
  checkRetainedCopy: 'A later subscriber received it as a retained message, though Will Retain is 0',
  checkRetainedMissing:
    '{subscriber} subscribed at {subscribedAtMs} and did not get it as a retained message, though Will Retain is 1 and nothing took its place',
  checkProperties: 'The properties arrived unaltered',
  checkPropertyMissing: '{property} is missing',
  checkPropertyAltered: '{property} was altered',
  checkPropertyAdded: '{property} was not in the will',
  checkUserProperties: 'The User Properties are not those of the will, in their order',
  checkExpiry:
    'Message Expiry Interval is {messageSeconds}, but must be {expectedSeconds} less the time waited',
  checkDelayLeaked: 'Will Delay Interval was sent on, but belongs into CONNECT only',
  checkMalformed: 'The PUBLISH is malformed: {problem}',
  checkOnce: 'It came once',
  checkTwice: '{subscriber} received it again at {receivedAtMs}',
  checkTwiceUnclear: 'A further copy came at {receivedAtMs} that another Will Message could explain as well',
  checkDropped: 'The properties were dropped, as a version before 5.0 has none',
  checkNotDropped:
    'The payload begins with what look like properties, though {subscriber} uses a version before 5.0',

  // What is recognised in the habits of Clients.
  ...insightTemplates,
} as const;

export type FactCode = keyof typeof factTemplates;

type PlacesOf<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlacesOf<Rest>
  : never;

/** The values that the template of a code needs. */
export type FactParams<Code extends FactCode> = Readonly<
  Record<PlacesOf<(typeof factTemplates)[Code]>, string | number>
>;

/** How a connection ended, in a word or two for its track. */
export const endCauses = {
  disconnect: 'DISCONNECT',
  'disconnect-with-will': 'DISCONNECT with will',
  'disconnect-error': 'DISCONNECT with error',
  'disconnect-invalid': 'invalid DISCONNECT',
  cut: 'cut',
  closed: 'closed',
  lost: 'lost',
  ended: 'ended',
  'server-closed': 'closed by Server',
  'server-disconnect': 'DISCONNECT by Server',
  redirected: 'redirected',
  'keep-alive': 'keep alive ran out',
  'taken-over': 'taken over',
  violation: 'protocol error',
  'reauthentication-failed': 're-authentication failed',
  deleted: 'Session deleted',
  'server-stopped': 'Server stopped',
  refused: 'refused',
  'not-opened': 'no connection',
  unanswered: 'no CONNACK',
  untracked: 'not seen',
} as const;
export type EndCause = keyof typeof endCauses;

/** Verdicts as words. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  pending: 'pending',
  met: 'met',
  early: 'early',
  late: 'late',
  missed: 'missed',
  cancelled: 'cancelled',
  unobserved: 'unobserved',
  undecided: 'undecided',
};

/** The verdict on what was pending when the trace ended: see end-of-trace.ts. */
export const leftOpenWords = 'still pending when the trace ends (undecided)';

/** What is expected, as a title with the place `{clientId}`. */
export const expectationTitles = {
  will: 'will of {clientId} due',
  'session-end': 'session of {clientId} ends',
  'keep-alive': 'keep alive of {clientId} runs out',
  'session-present': 'Session Present for {clientId}',
} as const;

/** The questions that a list of facts answers, by the kind of expectation. */
export const whyTitles = {
  will: 'What became of the will of {clientId}?',
  'session-end': 'When does the session of {clientId} end?',
  'keep-alive': 'When must the silent connection of {clientId} be closed?',
  'session-present': 'Which Session Present does {clientId} get?',
} as const;

/** The checks on a will that was seen. */
export const checkTitles = {
  P1: 'Topic and payload',
  P2: 'QoS',
  P3: 'RETAIN',
  P4: 'Properties',
  P5: 'Published once',
  P6: 'Properties dropped before 5.0',
} as const;

/**
 * A fact as a sentence, without a full stop. `templates` may bring translations by fact code; what they lack is told in English.
 * `timeZone` is an IANA name, by default that of the machine.
 */
export function renderFact(
  fact: Fact,
  templates?: Readonly<Record<string, string>>,
  locale?: string,
  timeZone?: string,
): string {
  const template = templates?.[fact.code] ?? englishTemplate(fact.code);
  return formatTemplate(template, fact.params, locale, timeZone);
}

/** Fills the places of a template, each as the end of its name says. A place without a value stays as it is. */
export function formatTemplate(
  template: string,
  params: Readonly<Record<string, string | number>>,
  locale = 'en',
  timeZone?: string,
): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? formatNumber(name, value, locale, timeZone) : value;
  });
}

function englishTemplate(code: string): string {
  const templates: Readonly<Record<string, string>> = factTemplates;
  return templates[code] ?? code;
}

function formatNumber(name: string, value: number, locale: string, timeZone: string | undefined): string {
  if (/(^at|At)Ms$/.test(name)) return timeOfDay(value, locale, timeZone);
  if (/(^d|D)eviationMs$/.test(name)) return `${value < 0 ? '−' : '+'}${duration(Math.abs(value), locale)}`;
  if (name.endsWith('Ms')) return duration(value, locale);
  if (name.endsWith('Seconds')) return seconds(name, value, locale);
  if (/(^c|C)ode$/.test(name)) return `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
  return numberFormat(locale).format(value);
}

const neverExpires = 0xffffffff;

function seconds(name: string, value: number, locale: string): string {
  if (value === neverExpires && /(^e|E)xpirySeconds$/.test(name)) return 'never (0xFFFFFFFF)';
  return `${numberFormat(locale).format(value)} s`;
}

/** In milliseconds up to a second, then in seconds. */
function duration(ms: number, locale: string): string {
  const rounded = Math.round(ms);
  return rounded < 1000
    ? `${numberFormat(locale).format(rounded)} ms`
    : `${numberFormat(locale).format(rounded / 1000)} s`;
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

function timeOfDay(atMs: number, locale: string, timeZone: string | undefined): string {
  const key = `${locale} ${timeZone ?? ''}`;
  let format = timeFormats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    timeFormats.set(key, format);
  }
  return format.format(atMs);
}

function numberFormat(locale: string): Intl.NumberFormat {
  let format = numberFormats.get(locale);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
    numberFormats.set(locale, format);
  }
  return format;
}
