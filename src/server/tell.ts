/** Sends what may be lost: a client that has gone without a word hears nothing, and that is no fault of the server. */
export function tell(send: () => Promise<unknown>): void {
  try {
    send().catch(() => {});
  } catch {
    // The connection is closed.
  }
}
