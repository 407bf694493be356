/** Installs what the end-to-end tests and `npm start` run in: VS Code for the browser. Once; then it is instant. */
import { ensureVscodeServer } from './lib/vscode-server.mjs';

try {
  await ensureVscodeServer(console.log);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
