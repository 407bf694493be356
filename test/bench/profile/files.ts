/** Profile files of a size, as people write them: comments, flow and block style, several profiles of one family. */

const LINES_OF_A_PROFILE = 25;

/** A file of so many lines: `defaults`, then profiles of 25 lines each. */
export function profileFile(lines: number, seed = 0): string {
  const head = ['# The lab', 'version: 1', 'defaults:', '  broker: mqtt://localhost:1883', 'profiles:'];
  const count = Math.max(1, Math.floor((lines - head.length) / LINES_OF_A_PROFILE));
  return [...head, ...Array.from({ length: count }, (_, index) => oneProfile(`p${seed}-${index}`)), ''].join(
    '\n',
  );
}

const oneProfile = (name: string): string => `  ${name}:
    description: Station ${name}, second floor # behind the door
    clientId: ${name}
    username: station
    password: \${secret:station}
    cleanStart: false
    keepAlive: 30s
    sessionExpiryInterval: 1h
    userProperties: { site: lab, room: "12" }
    will:
      topic: stations/${name}/state
      payload: offline
      qos: 1
      retain: true
      willDelayInterval: 5s
    subscriptions:
      - { topicFilter: stations/${name}/commands, qos: 1 }
      - topicFilter: stations/all/commands
        qos: 2
        retainHandling: sendIfNew
    afterConnect:
      - { topic: stations/${name}/state, payload: online, qos: 1, retain: true }
    beforeDisconnect:
      - { topic: stations/${name}/state, payload: offline, qos: 1, retain: true }
`;

/** Where a letter is typed: behind a key \`keepAlive\` of some profile, so that it comes to be unknown. */
export function places(text: string, count: number): readonly number[] {
  const all = [...text.matchAll(/keepAlive(?=:)/g)].map((match) => match.index + match[0].length);
  return Array.from(
    { length: count },
    (_, index) => all[Math.floor(((index * 0.618_034) % 1) * all.length)] ?? 0,
  );
}
