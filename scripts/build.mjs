/**
 * Builds the bundles, and with `--tests` the module that runs inside the extension host.
 * `--watch` rebuilds what changed; `--production` minifies and leaves out source maps.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'info',
  legalComments: 'none',
};

/** @type {import('esbuild').BuildOptions} */
const forNode = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
};

/**
 * A module that a bundle loads by `import()` from another file of `dist/`, when it needs it.
 * @param {RegExp} module @param {string} path @returns {import('esbuild').Plugin}
 */
function apart(module, path) {
  return {
    name: `${path} apart`,
    setup: ({ onResolve }) => {
      onResolve({ filter: module }, ({ kind }) =>
        kind === 'dynamic-import' ? { path, external: true } : undefined,
      );
    },
  };
}

/** Where the programs in parts are. */
const partsFolder = join('dist', 'programs');

/** What makes certificates is large and rarely needed. */
const certificates = /^selfsigned$/;

/**
 * One row a bundle: where it starts, where it goes, and in which world it runs.
 * @type {readonly { name: string, entry: string | Record<string, string>, out: string, options: import('esbuild').BuildOptions }[]}
 */
const bundles = [
  {
    name: 'extension',
    entry: 'src/extension/extension.ts',
    out: 'dist/extension.js',
    options: {
      ...forNode,
      plugins: [apart(/\/later\.ts$/, './later.js')],
      // `require` finds the other bundle wherever an extension host loads extensions in its own way.
      supported: { 'dynamic-import': false },
    },
  },
  { name: 'later', entry: 'src/extension/later.ts', out: 'dist/later.js', options: forNode },
  {
    // By itself: loading it would take most of the time that activation may take.
    name: 'language client',
    entry: 'src/extension/language-client.ts',
    out: 'dist/language-client.js',
    options: forNode,
  },
  {
    name: 'engine',
    entry: 'src/engine/worker.ts',
    out: 'dist/engine.js',
    options: { ...forNode, plugins: [apart(certificates, './certificates.js')] },
  },
  {
    name: 'certificates',
    entry: 'node_modules/selfsigned/index.js',
    out: 'dist/certificates.js',
    options: forNode,
  },
  {
    name: 'command',
    entry: 'src/cli/command.ts',
    out: 'dist/cli.js',
    options: {
      ...forNode,
      plugins: [apart(/\/main\.ts$/, './programs/cli.mjs')],
      banner: { js: '#!/usr/bin/env node' },
    },
  },
  {
    name: 'programs',
    entry: { 'cli.mjs': 'src/cli/main.ts', 'server.mjs': 'src/server/main.ts' },
    out: partsFolder,
    options: {
      ...forNode,
      plugins: [apart(certificates, '../certificates.js')],
      // In parts: a command loads what it needs, so that a sandbox broker is ready at once; and the language server and
      // the commands share what they have in common, so that it is in the package once.
      format: 'esm',
      splitting: true,
      chunkNames: 'part-[hash]',
      outExtension: { '.js': '.mjs' },
      // What the libraries in it ask of Node at run time.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    },
  },
  {
    name: 'webview',
    entry: 'src/webview/main.ts',
    out: 'dist/webview.js',
    options: { ...common, platform: 'browser', target: 'es2022', format: 'iife', loader: { '.ttf': 'file' } },
  },
];

const testBundle = {
  name: 'tests in the extension host',
  entry: 'test/vscode/index.ts',
  out: 'dist-test/vscode.js',
  options: forNode,
};

/**
 * @param {{ production?: boolean, tests?: boolean, quiet?: boolean }} options
 * @param {string} into where `dist/` goes
 * @returns {import('esbuild').BuildOptions[]}
 */
function buildOptions({ production = false, tests = false, quiet = false }, into = root) {
  return [...bundles, ...(tests ? [testBundle] : [])].map(({ entry, out, options }) => ({
    ...options,
    ...(typeof entry === 'string'
      ? { entryPoints: [entry], outfile: join(into, out) }
      : { entryPoints: entriesOf(entry), outdir: join(into, out) }),
    sourcemap: production ? false : 'linked',
    minify: production,
    ...(quiet ? { logLevel: 'warning' } : {}),
  }));
}

/** @param {Record<string, string>} entry */
function entriesOf(entry) {
  return Object.entries(entry).map(([out, from]) => ({ in: from, out: basename(out, extname(out)) }));
}

/** @param {{ production?: boolean, tests?: boolean, quiet?: boolean }} [options] */
export async function build(options = {}) {
  // What is packaged must hold nothing from earlier builds; a development build may run while another reads dist/.
  if (options.production) rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  const results = await Promise.all(
    buildOptions(options).map((each) => esbuild.build({ ...each, metafile: true })),
  );
  await removeOldParts(results.flatMap(({ metafile }) => Object.keys(metafile.outputs)));
}

/**
 * The command line program alone, as a user has it, in `folder`: its manifest, and `dist/cli.js` with what that needs.
 * @param {string} folder
 */
export async function buildCommand(folder) {
  const parts = buildOptions({ quiet: true }, folder).filter((_, index) =>
    ['command', 'programs', 'certificates'].includes(bundles[index]?.name ?? ''),
  );
  await Promise.all(parts.map((each) => esbuild.build(each)));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
}

/**
 * Parts are called by what is in them, so that those of earlier builds would stay.
 * @param {readonly string[]} outputs
 */
async function removeOldParts(outputs) {
  const current = new Set(outputs.map((path) => normalize(path)));
  for (const name of await readdir(join(root, partsFolder))) {
    if (!current.has(join(partsFolder, name))) await rm(join(root, partsFolder, name));
  }
}

/** @param {{ tests?: boolean }} options */
async function watch(options) {
  const contexts = await Promise.all(
    buildOptions(options).map((each) =>
      esbuild.context({
        ...each,
        plugins: [
          ...(each.plugins ?? []),
          {
            // The words that the problem matcher of .vscode/tasks.json waits for.
            name: 'watch-marks',
            setup(host) {
              host.onStart(() => console.log('[watch] build started'));
              host.onEnd(() => console.log('[watch] build finished'));
            },
          },
        ],
      }),
    ),
  );
  await Promise.all(contexts.map((context) => context.watch()));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = {
    production: process.argv.includes('--production'),
    tests: process.argv.includes('--tests'),
  };
  try {
    await (process.argv.includes('--watch') ? watch(options) : build(options));
  } catch {
    // esbuild has printed each error with its place.
    process.exitCode = 1;
  }
}
