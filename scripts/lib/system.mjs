/**
 * System packages that the project's own tools need: installed when that is possible (Debian, root), otherwise named
 * exactly, so that a person can install them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether a command can be found on the PATH. @param {string} command */
export function onPath(command) {
  const probe = process.platform === 'win32' ? 'where' : 'which';
  return spawnSync(probe, [command], { stdio: 'ignore' }).status === 0;
}

/** @param {...string} paths */
const anyExists = (...paths) => paths.some((path) => existsSync(path));

/** One row a thing: the Debian packages that bring it, what it is for, and whether it is there. */
export const systemThings = {
  chromium: {
    packages: ['chromium'],
    purpose: 'the browser that the end-to-end tests drive',
    present: () => chromiumPath() !== undefined,
  },
  mosquitto: {
    packages: ['mosquitto'],
    purpose: 'the second broker of the end-to-end tests',
    present: () => mosquittoPath() !== undefined,
  },
  mosquittoClients: {
    packages: ['mosquitto-clients'],
    purpose: 'clients of the interoperation tests: mosquitto_pub, mosquitto_sub, mosquitto_rr',
    present: () => ['mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr'].every(onPath),
  },
  pahoPython: {
    packages: ['python3-paho-mqtt'],
    purpose: 'a client of the interoperation tests: paho-mqtt for Python',
    present: () =>
      ['/usr/bin/python3', 'python3'].some(
        (python) => spawnSync(python, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' }).status === 0,
      ),
  },
  pahoC: {
    packages: ['libpaho-mqtt-dev', 'gcc', 'libc6-dev'],
    purpose: 'a client of the interoperation tests: paho.mqtt.c',
    present: () => onPath('cc') && anyExists('/usr/include/MQTTClient.h', '/usr/local/include/MQTTClient.h'),
  },
  pahoGo: {
    packages: ['golang-go', 'golang-github-eclipse-paho.mqtt.golang-dev'],
    purpose: 'a client of the interoperation tests: paho.mqtt.golang',
    present: () =>
      onPath('go') && anyExists('/usr/share/gocode/src/github.com/eclipse/paho.mqtt.golang/client.go'),
  },
  tshark: {
    packages: ['tshark'],
    purpose: 'the second opinion on captures, and what makes some of them',
    present: () => onPath('tshark'),
  },
  tcpdump: {
    packages: ['tcpdump'],
    purpose: 'captures of real traffic for the interoperation tests',
    present: () => onPath('tcpdump'),
  },
  ejabberd: {
    packages: ['ejabberd'],
    purpose: 'a broker whose behaviour is checked, which follows the standard nearly everywhere',
    present: () => anyExists('/usr/sbin/ejabberdctl'),
  },
  rabbitmq: {
    packages: ['rabbitmq-server'],
    purpose: 'a broker whose behaviour is checked',
    present: () => rabbitmqPath() !== undefined,
  },
  kerberos: {
    packages: ['libkrb5-dev'],
    purpose: 'headers that the native module `kerberos` of the VS Code server is built against',
    present: () =>
      process.platform !== 'linux' || anyExists('/usr/include/gssapi.h', '/usr/include/gssapi/gssapi.h'),
  },
  compiler: {
    packages: ['python3', 'make', 'g++'],
    purpose: 'the native modules of the VS Code server',
    present: () => process.platform !== 'linux' || (onPath('python3') && onPath('make') && onPath('g++')),
  },
};

/** @typedef {keyof typeof systemThings} SystemThing */

/** @returns {string | undefined} */
export function chromiumPath() {
  const candidates = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** @returns {string | undefined} */
export function mosquittoPath() {
  const candidates = [
    process.env['MOSQUITTO'],
    '/usr/sbin/mosquitto',
    '/usr/local/sbin/mosquitto',
    '/opt/homebrew/sbin/mosquitto',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** The script itself: the command on the PATH of Debian runs as another user. @returns {string | undefined} */
export function rabbitmqPath() {
  const candidates = [process.env['RABBITMQ'], '/usr/lib/rabbitmq/bin/rabbitmq-server'];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * Makes sure that these are on the machine.
 * @param {readonly SystemThing[]} wanted
 * @param {(line: string) => void} say
 * @throws {Error} naming exactly what to install, when it may not do so itself
 */
export function ensureSystem(wanted, say) {
  const missing = wanted.filter((thing) => !systemThings[thing].present());
  if (missing.length === 0) return;
  const packages = missing.flatMap((thing) => systemThings[thing].packages);
  const reasons = missing.map(
    (thing) => `  ${systemThings[thing].packages.join(' ')}: ${systemThings[thing].purpose}`,
  );
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get');
  if (!mayInstall) {
    throw new Error(
      `These are missing:\n${reasons.join('\n')}\nOn Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}\n` +
        'Elsewhere, install their counterparts, then run the command again.',
    );
  }
  say(`Installing ${packages.join(', ')} (Debian packages)...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  const still = missing.filter((thing) => !systemThings[thing].present());
  if (still.length > 0)
    throw new Error(`apt-get installed ${packages.join(' ')}, but ${still.join(', ')} is still not found.`);
}
