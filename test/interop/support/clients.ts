/** The client programs: how each is made ready and run, and what its library can do. */
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { projectFolder } from '../../e2e/support/folders.ts';
import { type Command, run } from './program.ts';

const programs = join(projectFolder, 'test', 'interop', 'programs');

export interface ClientProgram {
  readonly name: string;
  /** Protocol levels that its library speaks. */
  readonly versions: readonly (4 | 5)[];
  /** Protocol levels in which the library tells its caller if the Server had the Session. */
  readonly tellsSessionPresent: readonly (4 | 5)[];
  /** User Properties of the will, in the order in which the library sends them: some know no order among names. */
  readonly userProperties: readonly (readonly [name: string, value: string])[];
  /** Compiles it into `folder` where that is needed; the command that runs it. */
  prepare(folder: string): Promise<Command>;
}

const inOrder = [
  ['colour', 'red'],
  ['size', 'small'],
  ['colour', 'blue'],
] as const;

export const clientPrograms: readonly ClientProgram[] = [
  {
    name: 'MQTT.js',
    versions: [4, 5],
    tellsSessionPresent: [4, 5],
    userProperties: [
      ['colour', 'red'],
      ['colour', 'blue'],
      ['size', 'small'],
    ],
    prepare: async () => [process.execPath, join(programs, 'mqttjs.mjs')],
  },
  {
    name: 'paho-mqtt for Python',
    versions: [4, 5],
    tellsSessionPresent: [4, 5],
    userProperties: inOrder,
    // Not the first on the PATH: Debian's package belongs to Debian's own.
    prepare: async () => [debianPython(), join(programs, 'python.py')],
  },
  {
    name: 'paho.mqtt.c',
    versions: [4, 5],
    tellsSessionPresent: [4],
    userProperties: inOrder,
    prepare: (folder) => compileC(join(programs, 'paho.c'), folder),
  },
  {
    name: 'paho.mqtt.golang',
    versions: [4],
    tellsSessionPresent: [],
    userProperties: [],
    prepare: (folder) => compileGo(join(programs, 'paho.go'), folder),
  },
];

/** Compiles a program of paho.mqtt.c into `folder`; the command that runs it. */
export async function compileC(source: string, folder: string): Promise<Command> {
  const executable = join(folder, `${basename(source)}-program`);
  await run(['cc', '-Wall', '-Werror', '-o', executable, source, '-lpaho-mqtt3c', '-lpthread']);
  return [executable];
}

/** The same for paho.mqtt.golang, as Debian packages it. */
export async function compileGo(source: string, folder: string): Promise<Command> {
  const executable = join(folder, `${basename(source)}-program`);
  const environment = ['GO111MODULE=off', 'GOPATH=/usr/share/gocode', `GOCACHE=${join(folder, 'go-cache')}`];
  await run(['env', ...environment, 'go', 'build', '-o', executable, source]);
  return [executable];
}

/** The Python that has paho-mqtt. Throws an Error that says what to install. */
export function debianPython(): string {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      execFileSync(python, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' });
      return python;
    } catch {
      // The next may have it.
    }
  }
  throw new Error('No python3 has paho-mqtt. On Debian: apt-get install python3-paho-mqtt.');
}
