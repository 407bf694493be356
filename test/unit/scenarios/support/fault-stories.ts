/** Scenarios with faults, to be run at any broker. */

const profiles = `version: 1
profiles:
  watcher:
    broker: BROKER
    clientId: @-watcher
    subscriptions: [ { topicFilter: @/gone, qos: 1 }, { topicFilter: @/news, qos: 1 } ]
  device:
    broker: BROKER
    clientId: @-device
    connectTimeout: TIMEOUT
    cleanStart: false
    sessionExpiryInterval: 60s
    will: { topic: @/gone, payload: bye, qos: 1 }
    subscriptions: [ { topicFilter: @/orders, qos: 1 } ]
  pinging: { extends: device, keepAlive: 1s }
`;

/** What makes the fault begins with `~`; `SOON` is long enough for a busy machine where it comes, and short where it does not. */
export const passing: Readonly<Record<string, string>> = {
  'what the network holds of the Client is silence for the Server': `
    - connect: watcher
    - connect: pinging
    ~ freeze: { of: pinging, direction: toServer }
    - expectClosed: { of: pinging, within: SOON }
    - expectWill: { of: pinging, within: SOON }`,
  'what the network holds of the Server makes the Client give up': `
    - connect: watcher
    - connect: pinging
    ~ freeze: { of: pinging, direction: toClient }
    - expectWill: { of: pinging, within: SOON }`,
  'a PINGRESP that does not come makes the Client give up': `
    - connect: watcher
    ~ dropPingresp: pinging
    - connect: pinging
    - expectWill: { of: pinging, within: SOON }`,
  'a delay moves the end that the Server sees': `
    - connect: watcher
    - connect: device
    ~ delay: { of: device, by: 1s, jitter: 20ms, direction: toServer }
    - cut: device
    - expectNoWill: { of: device, for: 300ms }
    - expectWill: { of: device, within: SOON }`,
  'a CONNACK that is delayed for too long accepts nobody': `
    ~ delay: { of: device, by: 1m, direction: toClient }
    - connect: { as: device, refused: true }`,
  'a narrow network lets a long message through late': `
    - connect: watcher
    - connect: device
    ~ limit: { of: device, rate: 200, direction: toServer }
    - publish: { from: device, topic: @/news, payload: ${'x'.repeat(160)}, qos: 1, awaitAnswer: false }
    - expectNoMessage: { by: watcher, topic: @/news, for: 300ms }
    - expectMessage: { by: watcher, topic: @/news, within: SOON }`,
  'a DISCONNECT that is lost leaves the will to be published': `
    - connect: watcher
    ~ dropDisconnect: device
    - connect: device
    - disconnect: device
    - expectWill: { of: device, within: SOON }`,
  'who is refused does not get back, until the fault is taken away': `
    - connect: watcher
    - connect: device
    ~ refuse: device
    - cut: device
    - connect: { as: device, refused: true }
    - clear: device
    - resume: device
    - expectSession: { of: device, present: true }`,
  'a rule cuts when the second message has passed': `
    - connect: watcher
    ~ cut: { of: device, when: { packet: publish, count: 2 } }
    - connect: device
    - publish: { from: device, topic: @/news, payload: one, qos: 1 }
    - publish: { from: device, topic: @/news, payload: two, qos: 1, awaitAnswer: false }
    - expectMessage: { by: watcher, topic: @/news, payload: two, within: SOON }
    - expectWill: { of: device, within: SOON }`,
  'a rule works on the connection that is open': `
    - connect: watcher
    - connect: device
    ~ close: { of: device, when: { after: 100ms } }
    - expectWill: { of: device, within: SOON }`,
  'a rule for the second connection leaves the first one alone': `
    - connect: watcher
    ~ freeze: { of: device, direction: toClient, when: { nth: 2, packet: connect } }
    - connect: device
    - cut: device
    - expectWill: { of: device, within: SOON }
    - connect: { as: device, refused: true }`,
  'every second connection is refused': `
    ~ refuse: { of: device, when: { every: 2 } }
    - connect: device
    - cut: device
    - connect: { as: device, refused: true }
    - connect: device
    - disconnect: device
    - connect: { as: device, refused: true }`,
  'one way is let go, and the other stays frozen': `
    - connect: watcher
    - connect: device
    ~ freeze: { of: device, direction: both }
    - publish: { from: device, topic: @/news, payload: late, qos: 1, awaitAnswer: false }
    - expectNoMessage: { by: watcher, topic: @/news, for: 200ms }
    ~ thaw: { of: device, direction: toServer }
    - expectMessage: { by: watcher, topic: @/news, payload: late, within: SOON }
    - publish: { from: watcher, topic: @/orders, payload: held, qos: 1 }
    - wait: 100ms
    ~ thaw: device
    - expectMessage: { by: device, topic: @/orders, payload: held, within: SOON }`,
};

/** What a fault keeps from being known. */
export const open: Readonly<Record<string, string>> = {
  'a message that a fault holds counts for neither': `
    - connect: watcher
    - connect: device
    ~ freeze: { of: device, direction: toClient }
    - publish: { from: watcher, topic: @/orders, payload: x, qos: 1 }
    - expectMessage: { by: device, topic: @/orders, within: 100ms }
    - expectNoMessage: { by: device, topic: @/orders, for: 100ms }
    ~ thaw: { of: device, direction: toClient }
    - expectMessage: { by: device, topic: @/orders }`,
  'a message that is delayed is received when the delay is over': `
    - connect: watcher
    - connect: device
    ~ delay: { of: device, by: 300ms, jitter: 100ms, direction: toClient }
    - publish: { from: watcher, topic: @/orders, payload: x, qos: 1 }
    - expectMessage: { by: device, topic: @/orders, within: 50ms }
    - expectMessage: { by: device, topic: @/orders }`,
  'an answer that a fault holds, or cuts off, counts for neither': `
    - connect: watcher
    - connect: device
    ~ freeze: { of: device, direction: toClient }
    - publish: { from: device, topic: @/news, payload: x, qos: 1 }
    - expectMessage: { by: watcher, topic: @/news }
    ~ clear: device
    ~ cut: { of: device, when: { packet: publish } }
    - publish: { from: device, topic: @/news, payload: y, qos: 1 }
    - expectMessage: { by: watcher, topic: @/news, payload: y }`,
  'a watcher behind a fault shows no will that does not come': `
    - connect: watcher
    - connect: device
    ~ freeze: { of: watcher }
    - disconnect: device
    - expectNoWill: { of: device, for: 100ms }`,
  'who should be refused and is not': `
    - connect: { as: device, refused: true }`,
  'a broker that is not there is no fault': `
    ~ delay: { of: away, by: 10ms }
    - connect: { as: away, refused: true }`,
};

/**
 * A profile file with these steps as its scenario `s`.
 * @param broker as a profile names it
 * @param name of what is used at the broker: topics and Client Identifiers begin with it
 * @param timeout of a connection that is not answered; an answer has to come sooner, however busy the machine is
 */
export function fileOf(steps: string, broker: string, name: string, timeout: string): string {
  const away = steps.includes('away') ? '  away: { broker: "mqtt://127.0.0.1:1", clientId: away }\n' : '';
  const text = `${profiles}${away}scenarios:\n  s:\n    steps:${steps}\n`;
  return text.replaceAll('BROKER', broker).replaceAll('TIMEOUT', timeout).replaceAll('@', name);
}

export const withFaults = (steps: string): string => steps.replaceAll('~', '-').replaceAll('SOON', '20s');
export const withoutFaults = (steps: string): string =>
  steps
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('~'))
    .join('\n')
    .replaceAll('SOON', '1s');
