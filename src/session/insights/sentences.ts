/**
 * The words of insights, as templates like those of facts: a title for lists, the sentences of the reason, and what to do.
 * Codes begin with `insight`, those of remedies end in `Remedy`.
 */

/** What an insight is called in a list; `{clientId}` names the Client it is about. */
export const insightTitles = {
  'takeover-loop': '{clientId} is taken over again and again',
  'reconnect-storm': '{clientId} reconnects again and again',
  'refused-again': '{clientId} is refused again and again',
  'orphaned-will': 'The will of {clientId} overwrote the state of its successor',
  'will-topic-differs': 'The will of {clientId} goes to another topic than its state',
  'will-not-retained': 'The will of {clientId} does not replace its retained state',
  'keep-alive-not-honoured': 'The network ends idle connections of {clientId} before its Keep Alive',
  'no-disconnect': '{clientId} always leaves without DISCONNECT',
  'session-thrown-away': '{clientId} throws its Session away each time',
  'not-subscribed-again': '{clientId} lost its subscriptions and did not subscribe again',
  'delay-without-session': 'The Will Delay Interval of {clientId} has no effect',
  'no-keep-alive': '{clientId} has a will and no Keep Alive',
} as const;

export const insightTemplates = {
  insightTakeoverLoop:
    'The last {count} connections of {clientId} were taken over, within {withinMs}: each time another CONNECT with its Client Identifier came, and the Server must close the connection before it',
  insightTakenOver:
    'One that had been accepted {livedMs} before was taken over at {endedAtMs}, by this CONNECT',
  insightTakenOverUnseen: 'One that had been accepted {livedMs} before was taken over at {endedAtMs}',
  insightTakeoverLoopRemedy:
    'Give each program a Client Identifier of its own. If only one should run, look for a second instance, or for a library that connects anew before it has closed the old connection',

  insightReconnectStorm:
    '{clientId} connected {count} times within {withinMs}, and none of these connections lasted longer than {longestMs}',
  insightStormWill: 'Each of these ends makes its Will Message due at once',
  insightStormSession:
    'Its Session is kept for {sessionExpirySeconds} after each of them, but no connection lives long enough to be worth that',
  insightReconnectStormRemedy:
    'Find out what ends the connections, and wait longer after each failure before connecting again',

  insightRefusedAgain:
    '{count} CONNECTs of {clientId} were refused within {withinMs}, each with {reasonCode} ({reason})',
  insightRefusedUnsaid:
    '{count} CONNECTs of {clientId} within {withinMs} were not answered: the Server closed each connection',
  insightRefusedAgainRemedy:
    'Asking again will not change the answer: correct what the Server refuses, and wait longer before connecting again',

  insightStateSaid:
    '{clientId} published its state on "{topic}" with RETAIN 1 at {publishedAtMs}, and was connected from then on',
  insightPredecessorSilent:
    '{clientId} had left its Will Message on the same topic, and sent nothing any more after that CONNECT at {askedAtMs}',
  insightOrphanedWill:
    'Its Will Message came at {receivedAtMs} and is now what the Server keeps for "{topic}", though {successor} is connected',
  insightOrphanedWillRemedy:
    'Use the same Client Identifier each time: then the new connection takes the old Session over and its Will Message comes before the new state, or not at all',

  insightWillTopic: 'CONNECT set the Will Message to "{topic}", and it says "{gone}"',
  insightStateTopic:
    'The program says "{here}" on "{topic}", with RETAIN 1, and nothing on the topic of its will',
  insightStateStays: 'When it is lost, "{topic}" goes on saying "{here}"',
  insightWillTopicDiffersRemedy:
    'Use one topic for both: as Will Topic and for the state that the program publishes itself',

  insightStateRetained:
    'The program published on the topic of its will with RETAIN 1, so the Server keeps that for who subscribes later',
  insightWillNotKept:
    'Its Will Message has Will Retain 0: who is subscribed then sees it, but the Server goes on keeping the state from before',
  insightWillNotRetainedRemedy: 'Set Will Retain to 1',

  insightIdleLost:
    'Of {clientId}, {count} connections in a row were lost at the first packet after a pause: for about {idleMs} nothing had passed, and nothing came from the Server any more',
  insightIdleEach: 'PINGREQ at {askedAtMs}, after a pause of {idleMs}, was not answered',
  insightIdleKept: 'Shorter pauses, up to {idleMs}, did no harm',
  insightKeepAliveLonger:
    'Its Keep Alive is {keepAliveSeconds}, so it may be silent longer than something between it and the Server remembers connections',
  insightKeepAliveNotHonouredRemedy:
    'Set the Keep Alive to less than {idleMs}, or raise the idle timeout of what is in between (a NAT, a firewall, a load balancer)',

  insightNoDisconnect:
    '{clientId} closed all of its {count} connections without DISCONNECT, so each of these ends made its Will Message due',
  insightNoDisconnectRemedy:
    'Where the program means to leave, send DISCONNECT before closing, and wait until it is sent. Where it was killed, this is as it should be',

  insightSessionThrownAway:
    '{count} times {clientId} asked for a Session that is kept for {sessionExpirySeconds}, and then began with Clean Start 1 while it was there',
  insightThrownSubscriptions:
    'Clean Start 1 at {acceptedAtMs} discarded a Session with subscriptions, and every message that waited for it',
  insightSessionThrownAwayRemedy:
    'Connect with Clean Start 0 to go on with the Session, or leave out the Session Expiry Interval',

  insightSessionGone:
    'CONNACK said Session Present 0 to Clean Start 0: the Session of {clientId}, with its subscriptions, was gone',
  insightNeverSubscribed:
    'The connection has lived for {livedMs} since, without SUBSCRIBE: nothing can reach it',
  insightNotSubscribedAgainRemedy: 'After each CONNACK with Session Present 0, subscribe again',

  insightDelayWithoutSession:
    'CONNECT carried Will Delay Interval {delaySeconds}, but its Session ends with the connection, and the end of the Session makes the Will Message due at once',
  insightDelayWithoutSessionRemedy:
    'Set a Session Expiry Interval that is longer than the Will Delay Interval, and come back with Clean Start 0',

  insightNoKeepAlive:
    'CONNECT carried a Will Message and the Keep Alive is 0, so the Server has no deadline for noticing that the Client is gone',
  insightNoKeepAliveRemedy:
    'Set a Keep Alive: after one and a half times as long without a packet, the Server must close and the Will Message is due',

  insightSeveral: '{clients} Clients do the same; this is the newest',
} as const;
