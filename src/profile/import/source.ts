/** Reads the fields of a stored object one by one, and tells at the end which nobody has asked for. */
import { type Draft, isMap, literal } from './draft.ts';

export class Source {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #draft: Draft;
  readonly #asked = new Set<string>();

  /** `where` stands before the names of fields in what is told, for example `will.`. */
  constructor(fields: Readonly<Record<string, unknown>>, draft: Draft, where = '') {
    this.#fields = fields;
    this.#draft = draft;
    this.#where = where;
  }

  raw(key: string): unknown {
    this.#asked.add(key);
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }

  /** As it stands in the file: `\${` is escaped. Undefined when absent or empty. */
  text(key: string): string | undefined {
    const text = this.plain(key);
    return text === undefined ? undefined : literal(text);
  }

  /** As it was stored. */
  plain(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.#wrong(key, 'text');
    return undefined;
  }

  /** A whole number, also where it was stored as text. */
  number(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return undefined;
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
    this.#wrong(key, 'a whole number');
    return undefined;
  }

  /** A number that is not below 0. */
  count(key: string): number | undefined {
    const number = this.number(key);
    if (number === undefined || number >= 0) return number;
    this.#wrong(key, 'a number from 0');
    return undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return undefined;
    if (value === true || value === 'true' || value === 1) return true;
    if (value === false || value === 'false' || value === 0) return false;
    this.#wrong(key, 'true or false');
    return undefined;
  }

  map(key: string): Source | undefined {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return undefined;
    if (isMap(value)) return new Source(value, this.#draft, `${this.#where}${key}.`);
    this.#wrong(key, 'a map');
    return undefined;
  }

  /** The maps of a list, at most `max`; what is no map is told. */
  maps(key: string, max: number): readonly Source[] {
    const value = this.raw(key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.#wrong(key, 'a list');
      return [];
    }
    if (value.length > max) this.#draft.note(`${this.#path(key)}: only the first ${max} of ${value.length}`);
    return value.slice(0, max).flatMap((item: unknown, index) => {
      if (isMap(item)) return [new Source(item, this.#draft, `${this.#where}${key}[${index}].`)];
      this.#wrong(`${key}[${index}]`, 'a map');
      return [];
    });
  }

  /** Names and texts; a name whose value is a list of texts stands once for each. */
  pairs(key: string): readonly (readonly [string, string])[] {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return [];
    if (!isMap(value)) {
      this.#wrong(key, 'a map of names to texts');
      return [];
    }
    return Object.entries(value).flatMap(([name, one]) => {
      const all: readonly unknown[] = Array.isArray(one) ? one : [one];
      return all.flatMap((each) => {
        if (typeof each === 'string') return [[name, each] as const];
        this.#wrong(`${key}.${name}`, 'text');
        return [];
      });
    });
  }

  /** Has no place in a profile; told only when it is set to something. */
  leaveOut(key: string, why: string): void {
    const value = this.raw(key);
    const unset =
      value === undefined ||
      value === null ||
      value === '' ||
      value === false ||
      value === 0 ||
      isEmpty(value);
    if (!unset) this.#draft.note(`${this.#path(key)}: ${why}`);
  }

  /** Not a setting (an id, a time, a colour): the importer tells of these for the file as a whole. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  /** Tells of every field that nobody has asked for. */
  finish(): void {
    for (const [key, value] of Object.entries(this.#fields)) {
      if (this.#asked.has(key) || value === undefined || value === null || value === '' || isEmpty(value))
        continue;
      this.#draft.note(`${this.#path(key)}: not known to this importer`);
    }
  }

  #wrong(key: string, wanted: string): void {
    this.#draft.note(`${this.#path(key)}: not ${wanted}`);
  }

  #path(key: string): string {
    return `\`${`${this.#where}${key}`.slice(0, 100)}\``;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
