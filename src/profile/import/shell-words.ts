/**
 * Takes command lines apart as a POSIX shell would: words, quotes, escapes, comments, operators. Nothing is run and nothing expanded; a
 * variable of the shell becomes `${env:NAME}` of the profile language.
 */

/** A word as text of the profile language: literal `${` escaped, variables of the shell as `${env:NAME}`. */
export type ShellWord = string;

export type ShellLines =
  | { readonly ok: true; readonly commands: readonly (readonly ShellWord[])[] }
  | { readonly ok: false; readonly problem: string };

const operators = /&&|\|\||[;|&\n]|\d?>>?(?:&\d)?|</y;
const variable = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/y;

export function shellCommands(text: string): ShellLines {
  const commands: ShellWord[][] = [];
  let words: ShellWord[] = [];
  let word: string | undefined;
  let quote = '';
  let at = 0;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (quote === "'") {
      if (char === "'") quote = '';
      else word = append(word, char);
      at += 1;
      continue;
    }
    if (char === '\\') {
      const next = text.charAt(at + 1);
      // Within double quotes only these are escaped (POSIX 2.2.3).
      if (next === '\n') at += 2;
      else if (next === '\r' && text.charAt(at + 2) === '\n') at += 3;
      else if (quote === '' || '"\\$`'.includes(next)) {
        word = append(word, next);
        at += 2;
      } else {
        word = append(word, char);
        at += 1;
      }
      continue;
    }
    if (char === '"') {
      quote = quote === '' ? '"' : '';
      word ??= '';
      at += 1;
      continue;
    }
    if (char === '`' || text.startsWith('$(', at)) {
      return { ok: false, problem: 'it holds a command substitution, and nothing is run here' };
    }
    variable.lastIndex = at;
    const found = char === '$' ? variable.exec(text) : null;
    if (found !== null) {
      word = `${word ?? ''}\${env:${found[1] ?? found[2] ?? ''}}`;
      at = variable.lastIndex;
      continue;
    }
    if (quote === '"') {
      word = append(word, char);
      at += 1;
      continue;
    }
    if (char === "'") {
      quote = "'";
      word ??= '';
      at += 1;
      continue;
    }
    if (char === ' ' || char === '\t' || char === '\r') {
      endWord();
      at += 1;
      continue;
    }
    if (char === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      continue;
    }
    operators.lastIndex = at;
    const operator = operators.exec(text)?.[0];
    if (operator !== undefined && !(word !== undefined && /^\d/.test(operator))) {
      endCommand();
      at += operator.length;
      continue;
    }
    word = append(word, char);
    at += 1;
  }
  if (quote !== '') return { ok: false, problem: `a quote (${quote}) is not closed` };
  endCommand();
  return { ok: true, commands };
}

/** A literal character; `${` must not begin a variable of the profile language. */
function append(word: string | undefined, char: string): string {
  const before = word ?? '';
  return char === '{' && /(^|[^$])\$$/.test(before.slice(-2)) ? `${before.slice(0, -1)}$\${` : before + char;
}

const safe = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** A word that a POSIX shell reads back as this text. */
export function shellQuoted(text: string): string {
  return safe.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
