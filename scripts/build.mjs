/**
 * Builds the bundles, and with `--tests` the module that runs inside the extension host.
 * `--watch` rebuilds what changed; `--production` minifies and leaves out source maps.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
 * What makes certificates is large and rarely needed: two bundles load it from a third when they do.
 * @type {import('esbuild').Plugin}
 */
const certificatesApart = {
  name: 'certificates apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^selfsigned$/ }, () => ({ path: './certificates.js', external: true }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const withoutCertificates = withPlugin(certificatesApart);

/**
 * What activation does not need is in a bundle of its own, too; `import()` of it in the main bundle loads that one.
 * @type {import('esbuild').Plugin}
 */
const laterApart = {
  name: 'later apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/later\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './later.js', external: true } : undefined,
    );
  },
};

/** @param {import('esbuild').Plugin} plugin @returns {import('esbuild').BuildOptions} */
function withPlugin(plugin) {
  return { ...forNode, plugins: [plugin] };
}

/** One row a bundle: where it starts, where it goes, and in which world it runs. */
const bundles = /** @type {const} */ ([
  {
    name: 'extension',
    entry: 'src/extension/extension.ts',
    out: 'dist/extension.js',
    // `require` finds the other bundle wherever an extension host loads extensions in its own way.
    options: { ...withPlugin(laterApart), supported: { 'dynamic-import': false } },
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
    options: withoutCertificates,
  },
  {
    name: 'certificates',
    entry: 'node_modules/selfsigned/index.js',
    out: 'dist/certificates.js',
    options: forNode,
  },
  { name: 'server', entry: 'src/server/main.ts', out: 'dist/server.js', options: forNode },
  {
    name: 'cli',
    entry: 'src/cli/main.ts',
    out: 'dist/cli.js',
    options: { ...withoutCertificates, banner: { js: '#!/usr/bin/env node' } },
  },
  {
    name: 'webview',
    entry: 'src/webview/main.ts',
    out: 'dist/webview.js',
    options: { ...common, platform: 'browser', target: 'es2022', format: 'iife', loader: { '.ttf': 'file' } },
  },
]);

const testBundle = {
  name: 'tests in the extension host',
  entry: 'test/vscode/index.ts',
  out: 'dist-test/vscode.js',
  options: forNode,
};

/**
 * @param {{ production?: boolean, tests?: boolean, quiet?: boolean }} options
 * @returns {import('esbuild').BuildOptions[]}
 */
function buildOptions({ production = false, tests = false, quiet = false }) {
  return [...bundles, ...(tests ? [testBundle] : [])].map(({ entry, out, options }) => ({
    ...options,
    entryPoints: [entry],
    outfile: join(root, out),
    sourcemap: production ? false : 'linked',
    minify: production,
    ...(quiet ? { logLevel: 'warning' } : {}),
  }));
}

/** @param {{ production?: boolean, tests?: boolean, quiet?: boolean }} [options] */
export async function build(options = {}) {
  // What is packaged must hold nothing from earlier builds; a development build may run while another reads dist/.
  if (options.production) rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  await Promise.all(buildOptions(options).map((each) => esbuild.build(each)));
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
