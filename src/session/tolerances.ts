/**
 * How exactly times are judged. The standard counts delays in whole seconds of the Server's clock and only asks for
 * promptness (v5 3.1.2.5), so earliness is judged strictly and lateness with a margin.
 */
export const tolerances = {
  /** What two readings of clocks may differ by: so much before its time is not early. In milliseconds, as all of these. */
  clockMs: 10,
  /** A network's delay of 0.3 s and a Server's tick of 1 s: so much after its time is on time. */
  onTimeMs: 1300,
  /** So long after its time what is owed and not seen is missed. Seen later, it is late. */
  missedAfterMs: 10_000,
  /** A close by the Server may have happened so long before it was seen. */
  closeSeenAfterMs: 300,
  /** So long a copy that came too early waits for something that explains it. */
  explainWithinMs: 10_000,
  /** A Server that still used a connection so long after a copy came had not closed it before. */
  stillUsedAfterMs: 300,
  /** So long a connection that the Server closed waits for the answer to a CONNECT that may have taken over from it. */
  takeoverAnswerMs: 5000,
  /** So long a published will is watched for further copies. */
  furtherCopiesMs: 30_000,
  /** So long a will that was missed is still expected to come late. */
  comesLateMs: 600_000,
  /** So long after the time at which it would have been due a will that must not come is watched, up to the maximum. */
  withheldMs: 10_000,
  withheldMaximumMs: 3_600_000,
  /** Copies with RETAIN 1 so soon after a SUBSCRIBE are retained messages. */
  retainedAfterSubscribeMs: 2000,
  /** So long after SUBACK a retained message that has not come is missing. */
  retainedMissedAfterMs: 5000,
  /** Further copies of a will on other connections come so soon after the first. */
  fanOutMs: 1300,
  /** A copy of an ordinary PUBLISH comes so soon, or so late where it was kept for a subscriber that was away. */
  deliveredMs: 10_000,
  keptMs: 600_000,
  /** So long after a resume come messages that the Server had kept, from whenever. */
  keptComeWithinMs: 10_000,
} as const;

/** So much later than due a silent connection that is not closed is missed: three times the Keep Alive in all, and 10 s at least. */
export function keepAliveMissedAfterMs(keepAliveSeconds: number): number {
  return Math.max(tolerances.missedAfterMs, keepAliveSeconds * 1500);
}

/** Silence becomes worth telling after so much of the Keep Alive; a Client that keeps it never gets there. */
export const silenceWorthTelling = 1.25;

/** A Server must close after so much of the Keep Alive (v5 [MQTT-3.1.2-22]). */
export const keepAliveFactor = 1.5;

/** What is remembered of the past, so that a storm of short connections takes bounded memory. */
export const limits = {
  /** Clients whose ended Session is remembered, to judge their next CONNECT. */
  endedClients: 10_000,
  /** Connections that ended with a fault on them, which may be taken away yet. */
  endedFaulty: 1000,
  /** Ordinary PUBLISHes remembered for one topic of a will. */
  ordinaryPublishes: 64,
  /** Retained wills that later subscribers must get. */
  keptWills: 200,
  /** Topic Filters of one Server whose subscription it refused. */
  refusedSubscriptions: 200,
  /** SUBSCRIBE packets of one connection that wait for their SUBACK. */
  pendingSubscribes: 1000,
  /** Topic Aliases of one direction, and the bytes of a topic behind one. */
  topicAliases: 1000,
  aliasedTopicBytes: 1024,
  /** Wills with the same topic and payload that are looked at one by one. */
  sameWills: 100,
  /** Characters of a payload's preview. */
  previewCharacters: 200,
} as const;
