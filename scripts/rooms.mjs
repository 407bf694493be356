/**
 * The import table of the house: which room may import which, and what else it may see.
 * Read by check-imports.mjs, and by the test that holds ARCHITECTURE.md and the tsconfig files to it.
 *
 * `may`: rooms whose modules it may import. `only`: for a room it may see in part, the files it may see.
 * `node`, `dom`, `vscode`: whether that world is visible. `packages`: npm packages it may import.
 */
export const rooms = {
  mqtt: { may: [], packages: [] },
  session: { may: ['mqtt'], packages: [] },
  trace: { may: ['mqtt'], packages: [] },
  profile: { may: ['mqtt', 'session'], packages: ['yaml'] },
  net: { may: ['mqtt', 'profile'], node: true, packages: ['mqtt', 'selfsigned', 'ws'] },
  check: { may: ['mqtt', 'session', 'profile', 'net'], node: true, packages: [] },
  engine: { may: ['mqtt', 'session', 'trace', 'profile', 'net', 'check'], node: true, packages: [] },
  cli: { may: ['mqtt', 'session', 'trace', 'profile', 'net', 'check', 'engine'], node: true, packages: [] },
  server: {
    may: ['profile', 'mqtt', 'session'],
    node: true,
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  webview: {
    may: ['mqtt', 'session', 'trace'],
    // Types, and of values only tables, topic matching and the wording of facts: plain data and pure functions, no state.
    typesOnly: ['mqtt', 'session', 'trace'],
    valuesFrom: [
      'mqtt/assert-never.ts',
      'mqtt/packet.ts',
      'mqtt/packet-types.ts',
      'mqtt/reason-codes.ts',
      'mqtt/topics.ts',
      'trace/model.ts',
      'session/sentences.ts',
    ],
    dom: true,
    packages: ['@vscode/webview-ui-toolkit'],
  },
  extension: {
    may: ['mqtt', 'session', 'profile', 'engine', 'server', 'webview'],
    only: { engine: ['messages.ts'], server: ['messages.ts'], webview: ['messages.ts'] },
    node: true,
    vscode: true,
    packages: ['vscode', 'vscode-languageclient'],
  },
};
