/** Starts the language server over what the command line names: `--stdio`, `--node-ipc`, `--pipe=...`, `--socket=...`. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serveProfiles } from './profile-server.ts';

const transports = /^--(stdio|node-ipc|pipe|socket)(=|$)/;

if (process.argv.some((argument) => transports.test(argument))) {
  serveProfiles(createConnection(ProposedFeatures.all));
} else {
  process.stderr.write(
    'This is a language server for MQTT profile files. Start it with --stdio, --node-ipc, --pipe=NAME or --socket=PORT.\n',
  );
  process.exitCode = 2;
}
