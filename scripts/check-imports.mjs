/**
 * Holds every import in src/ to the table in rooms.mjs. The rooms' tsconfig files refuse most crossings; this
 * refuses what the compiler cannot see: packages, values where only types may pass, and the inside of a room.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rooms } from './rooms.mjs';

const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');

/**
 * @typedef {{ may: string[], packages: string[], only?: Record<string, string[]>, typesOnly?: string[],
 *   valuesFrom?: string[], node?: boolean, dom?: boolean, vscode?: boolean }} Room
 */

/**
 * Every import of a module: its specifier, and whether only types pass.
 * @param {string} text
 */
export function importsOf(text) {
  const found = [];
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statement =
    /(?:^|[\n;])\s*(import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|require\(\s*['"]([^'"]+)['"]\s*\)/g;
  for (const match of code.matchAll(statement)) {
    found.push({ specifier: match[3] ?? match[4] ?? match[5] ?? '', typeOnly: match[2] !== undefined });
  }
  return found;
}

/**
 * The reason why this import may not stand here, or undefined.
 * @param {string} file path relative to src
 * @param {{ specifier: string, typeOnly: boolean }} imported
 */
export function refusal(file, { specifier, typeOnly }) {
  const name = file.split(sep)[0] ?? '';
  const room = /** @type {Record<string, Room>} */ (rooms)[name];
  if (!room) return `src/${name} is not a room of scripts/rooms.mjs`;
  if (specifier.startsWith('.')) {
    const target = relative(src, resolve(src, dirname(file), specifier))
      .split(sep)
      .join('/');
    const other = target.split('/')[0] ?? '';
    if (other === name) return undefined;
    if (!room.may.includes(other)) return `${name} may not import ${other}`;
    const visible = room.only?.[other];
    if (visible && !visible.includes(target.slice(other.length + 1))) {
      return `${name} may see only ${visible.join(', ')} of ${other}`;
    }
    if (room.typesOnly?.includes(other) && !typeOnly && !room.valuesFrom?.includes(target)) {
      return `${name} may import only types from ${other}`;
    }
    return undefined;
  }
  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    return room.node ? undefined : `${name} may not import Node's modules`;
  }
  const wanted = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return room.packages.includes(wanted) ? undefined : `${name} may not import the package ${wanted}`;
}

/** @returns {string[]} one line for each import that the table refuses */
export function checkAll() {
  const problems = [];
  for (const entry of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts')) continue;
    for (const imported of importsOf(readFileSync(join(src, entry), 'utf8'))) {
      const reason = refusal(entry, imported);
      if (reason) problems.push(`src/${entry}: '${imported.specifier}': ${reason}`);
    }
  }
  return problems;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = checkAll();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('Imports keep to the table in scripts/rooms.mjs.');
}
