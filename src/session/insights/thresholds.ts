/** From when on a habit is told as an insight. Wrong is worse than silent, so each leaves room for what happens once or by chance. */
export const thresholds = {
  /** So many times within so many milliseconds make a loop of takeovers. */
  takeovers: { count: 4, withinMs: 60_000 },
  /** So many connections in a row, none longer than that, make a storm. */
  storm: { count: 5, withinMs: 60_000, livedMs: 10_000 },
  refusals: { count: 5, withinMs: 60_000 },
  /**
   * So many connections in a row lost after a pause: none shorter than that, all as long as each other up to a share, and longer than any
   * that did no harm.
   */
  idle: { count: 3, leastMs: 5000, share: 0.2 },
  /** So many ends in a row without DISCONNECT, and never one with it. */
  noDisconnect: 3,
  /** Sessions with subscriptions that were thrown away. */
  thrownAway: 3,
  /** So long after CONNACK with Session Present 0 a Client that had subscriptions has not subscribed again. */
  notSubscribedMs: 30_000,
  /** So long after the state was published elsewhere nothing was published on the topic of the will. */
  stateSettledMs: 10_000,
} as const;

/** What is remembered of habits, so that any number of Clients takes bounded memory. */
export const insightLimits = {
  /** Clients whose past is remembered, and how much of it. */
  histories: 10_000,
  past: 8,
  /** Insights of one kind at one Server; what more Clients do is counted in the last one. */
  perKind: 50,
  /** Client Identifiers and packets that one insight names. */
  clientIds: 8,
  packets: 12,
  /** PUBLISHes with RETAIN 1 of one connection that are looked at, and the bytes of such a payload. */
  states: 8,
  stateBytes: 512,
} as const;
