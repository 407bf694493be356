/**
 * Builds the extension and opens a real VS Code on samples/ with it loaded: the desktop one if `code` is on the PATH,
 * else VS Code in the browser. `--browser` takes the browser even where there is a desktop VS Code.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { onPath } from './lib/system.mjs';
import { ensureVscodeServer, startVscodeServer, vscodeAddress } from './lib/vscode-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const samples = join(root, 'samples');
const say = (/** @type {string} */ line) => console.log(line);

async function openDesktop() {
  say('Opening VS Code on samples/ with the extension loaded.');
  const child = spawn(
    'code',
    [`--extensionDevelopmentPath=${root}`, '--new-window', samples, join(samples, 'will-delay.mqtt.yaml')],
    {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    },
  );
  const code = await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  });
  if (code !== 0) throw new Error(`\`code\` ended with ${code}. Try \`npm start -- --browser\`.`);
}

async function openInBrowser() {
  const installed = await ensureVscodeServer(say);
  const server = await startVscodeServer(installed, {
    dataFolder: join(root, '.vscode-test', 'start'),
    keepSettings: true,
    installed: root,
  });
  say('\nVS Code is running. Open this address in a browser on this machine:\n');
  say(`  ${vscodeAddress(server.port, { folder: samples })}\n`);
  say('Then open will-delay.mqtt.yaml, press F1, and choose `MQTT: Connect`. Ctrl+C here ends it.');
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => void server.stop());
  await server.ended;
}

try {
  say('Building the extension...');
  await build({ quiet: true });
  const desktop = !process.argv.includes('--browser') && onPath('code');
  await (desktop ? openDesktop() : openInBrowser());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
