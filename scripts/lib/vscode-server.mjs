/**
 * A real VS Code for machines without one: the server and workbench inside the npm package `code-server`, run by Node 24
 * from the npm package `node`. Both go into `.vscode-test/` once. Used by `npm start` and by the end-to-end tests.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSystem } from './system.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const home = join(root, '.vscode-test');
const nodeVersion = '24';
const codeServerVersion = '4.139.1';

/** What is installed, written last, so that an interrupted installation starts anew. */
const stampPath = join(home, 'installed.json');
const stamp = JSON.stringify({ node: nodeVersion, codeServer: codeServerVersion });

const nodeFolder = join(home, 'node', 'node_modules', 'node', 'node_modules');
const serverMain = join(
  home,
  'code-server',
  'node_modules',
  'code-server',
  'lib',
  'vscode',
  'out',
  'server-main.js',
);

/** The folder that the package `node` unpacks its binary and headers to on this platform. */
function nodeHome() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const names = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  return (
    names.map((name) => join(nodeFolder, name)).find((path) => existsSync(path)) ??
    join(nodeFolder, names[0] ?? '')
  );
}

/**
 * Below `npm test` or `npm start`, npm tells of itself in the environment, and a second npm would take that for settings:
 * packages that ask which Node installs them were told the outer one.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutOuterNpm(env) {
  const told =
    /^(npm_config_(user_agent|local_prefix|node_gyp|npm_version)|npm_(node_)?execpath|npm_(lifecycle|package)_.*|npm_command|INIT_CWD|NODE)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !told.test(name)));
}

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string | undefined>, say: (line: string) => void }} options
 */
async function runLongCommand(command, args, { cwd, env, say }) {
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...withoutOuterNpm(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString()).slice(-8_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const progress = setInterval(
    () => say(`  still at it (${Math.round((Date.now() - started) / 1000)} s)`),
    20_000,
  );
  const code = await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  }).finally(() => clearInterval(progress));
  if (code !== 0) throw new Error(`\`${command} ${args.join(' ')}\` ended with ${code}:\n${output}`);
}

/**
 * Installs VS Code for the browser unless it is there.
 * @param {(line: string) => void} say
 */
export async function ensureVscodeServer(say) {
  const installed =
    existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp && existsSync(serverMain);
  if (!installed) {
    say(
      'VS Code for the browser is not here yet. Installing it into .vscode-test/ (about 620 MB, some minutes, once).',
    );
    ensureSystem(['compiler', 'kerberos'], say);
    rmSync(stampPath, { force: true });
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    for (const folder of ['node', 'code-server']) {
      // Half an installation is not repaired: npm would prune what the package `node` unpacked into itself.
      rmSync(join(home, folder), { recursive: true, force: true });
      mkdirSync(join(home, folder), { recursive: true });
      writeFileSync(join(home, folder, 'package.json'), '{ "private": true }\n');
    }
    say(`1 of 2: Node ${nodeVersion}, which VS Code's server runs on...`);
    await runLongCommand('npm', ['install', `node@${nodeVersion}`, ...quiet], {
      cwd: join(home, 'node'),
      say,
    });
    say(`2 of 2: code-server ${codeServerVersion}, which carries VS Code...`);
    const path = `${join(nodeHome(), 'bin')}:${process.env['PATH'] ?? ''}`;
    await runLongCommand('npm', ['install', `code-server@${codeServerVersion}`, ...quiet], {
      cwd: join(home, 'code-server'),
      env: { PATH: path, npm_config_nodedir: nodeHome() },
      say,
    });
    if (!existsSync(serverMain))
      throw new Error('code-server was installed, but its VS Code server is not where it should be.');
    writeFileSync(stampPath, stamp);
    say('VS Code for the browser is installed.');
  }
  return { node: join(nodeHome(), 'bin', 'node'), serverMain };
}

/** Quiet beginnings: what a newcomer should not have to click away before the product shows. */
const userSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
};

/**
 * A folder of extensions with this one alone. It is linked: who uninstalls it there removes the link.
 * @param {string} folder @param {string} extension
 */
function folderWith(folder, extension) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const link = join(folder, name);
  symlinkSync(extension, link, 'junction');
  const entry = {
    identifier: { id: `${publisher}.${name}` },
    version,
    location: { $mid: 1, path: link, scheme: 'file' },
    relativeLocation: name,
  };
  writeFileSync(join(folder, 'extensions.json'), JSON.stringify([entry]));
  return folder;
}

/**
 * Starts the server on loopback and waits until it listens.
 * @param {{ node: string, serverMain: string }} installed
 * @param {{ dataFolder: string, port?: number, trust?: boolean, settings?: Record<string, unknown>,
 *   env?: Record<string, string>, keepSettings?: boolean, installed?: string }} options `installed` is the folder of an extension
 *   that is there as if a user had installed it. Without it VS Code takes the one that an address names, and shows no toasts, as
 *   it does when it is driven.
 * @returns {Promise<{ port: number, ended: Promise<number | null>, stop: () => Promise<void> }>}
 */
export async function startVscodeServer(
  installed,
  { dataFolder, port = 0, trust = true, settings = {}, env = {}, keepSettings = false, installed: extension },
) {
  const settingsPath = join(dataFolder, 'data', 'User', 'settings.json');
  mkdirSync(dirname(settingsPath), { recursive: true });
  if (!keepSettings || !existsSync(settingsPath)) {
    writeFileSync(settingsPath, JSON.stringify({ ...userSettings, ...settings }, null, 2));
  }
  const args = [
    installed.serverMain,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--without-connection-token',
    '--accept-server-license-terms',
    ...(extension === undefined
      ? ['--enable-smoke-test-driver']
      : ['--extensions-dir', folderWith(join(dataFolder, 'extensions'), extension)]),
    '--telemetry-level',
    'off',
    '--server-data-dir',
    dataFolder,
    ...(trust ? ['--disable-workspace-trust'] : []),
  ];
  const child = spawn(installed.node, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise((settle) => child.once('close', settle));
  let output = '';
  const listening = await new Promise((settle, fail) => {
    const read = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-8_000);
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match) settle(Number(match[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', fail);
    child.once('close', (code) =>
      fail(new Error(`VS Code's server ended with ${code} before it listened:\n${output}`)),
    );
  });
  return {
    port: listening,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * The address that opens a folder with the extension under development loaded.
 * @param {number} port
 * @param {{ folder: string, extension?: string, tests?: string }} what
 */
export function vscodeAddress(port, { folder, extension, tests }) {
  const remote = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  return `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}
