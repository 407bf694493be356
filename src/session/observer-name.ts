/**
 * The Client Identifiers of the connections that this extension makes to watch for wills. That they can be told by their name alone makes a saved
 * trace read like the live one.
 */

/** With eight letters and digits behind it, it has the 23 characters that every Server must allow (v5 [MQTT-3.1.3-5]). */
const prefix = 'sessionObserver';
const pattern = /^sessionObserver[0-9a-z]{8}$/;

/** `random` gives numbers from 0 up to, but not including, 1. */
export function observerName(random: () => number): string {
  let name = prefix;
  while (name.length < 23) name += Math.floor(random() * 36).toString(36);
  return name;
}

export function isObserverName(clientId: string): boolean {
  return clientId.length === 23 && pattern.test(clientId);
}
