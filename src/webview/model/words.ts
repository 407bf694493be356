/** The page's words in the user's language, and how it shows times, durations and numbers. Pure. */
import { formatTemplate } from '../../session/sentences.ts';
import { pageStrings, type StringKey } from '../strings.ts';

export type Params = Readonly<Record<string, string | number>>;

const noParams: Params = {};

/** Keys that come as `.one` and `.other`. */
type CountedKey =
  | 'page.packets'
  | 'page.dropped'
  | 'countdown.more'
  | 'empty.tap.title'
  | 'insights.times'
  | 'insights.more'
  | 'lane.insights';

export class Words {
  readonly locale: string;
  readonly #strings: Readonly<Record<string, string>>;
  readonly #timeZone: string | undefined;
  readonly #tenths: Intl.NumberFormat;
  readonly #whole: Intl.NumberFormat;
  readonly #clocks: readonly Intl.DateTimeFormat[];
  readonly #minutes: Intl.DateTimeFormat;
  readonly #days: Intl.DateTimeFormat;

  /** `timeZone` is an IANA name, by default that of the machine. */
  constructor(strings: Readonly<Record<string, string>>, locale: string, timeZone?: string) {
    this.#strings = strings;
    this.locale = supportedLocale(locale);
    this.#timeZone = timeZone;
    this.#tenths = new Intl.NumberFormat(this.locale, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    this.#whole = new Intl.NumberFormat(this.locale, { maximumFractionDigits: 0 });
    const zone = timeZone === undefined ? {} : { timeZone };
    const clock = {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      ...zone,
    } as const;
    this.#clocks = [
      new Intl.DateTimeFormat(this.locale, clock),
      new Intl.DateTimeFormat(this.locale, { ...clock, fractionalSecondDigits: 1 }),
      new Intl.DateTimeFormat(this.locale, { ...clock, fractionalSecondDigits: 3 }),
    ];
    this.#minutes = new Intl.DateTimeFormat(this.locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...zone,
    });
    this.#days = new Intl.DateTimeFormat(this.locale, { month: 'short', day: 'numeric', ...zone });
  }

  t(key: StringKey, params: Params = noParams): string {
    return this.fill(this.#strings[key] ?? pageStrings[key] ?? key, params);
  }

  /** A template from elsewhere, by its key in the table of strings; `fallback` when the host did not send it. */
  template(key: string, fallback: string, params: Params): string {
    return this.fill(this.#strings[key] ?? pageStrings[key] ?? fallback, params);
  }

  /** The words for exactly one or for any other number. */
  count(key: CountedKey, count: number): string {
    return this.t(count === 1 ? `${key}.one` : `${key}.other`, { count: this.#whole.format(count) });
  }

  fill(template: string, params: Params): string {
    return formatTemplate(template, params, this.locale, this.#timeZone);
  }

  number(value: number): string {
    return this.#whole.format(value);
  }

  /** A time of day, to the millisecond unless told otherwise. */
  clock(atMs: number, digits: 0 | 1 | 3 = 3): string {
    return this.#clocks[digits === 3 ? 2 : digits]?.format(atMs) ?? '';
  }

  minute(atMs: number): string {
    return this.#minutes.format(atMs);
  }

  day(atMs: number): string {
    return this.#days.format(atMs);
  }

  /** What is left until something, to a tenth of a second below a minute: `5.0 s`, `1 min 05 s`, `2 h 03 min`, `4 d 1 h`. */
  countdown(ms: number): string {
    const seconds = Math.max(0, ms) / 1000;
    if (seconds < 59.95) return `${this.#tenths.format(Math.max(0, Math.ceil(seconds * 10 - 1e-6)) / 10)} s`;
    return this.#long(Math.ceil(seconds));
  }

  /** An interval of whole seconds as a packet carries it: `5 s`, `1 h`, `1 min 30 s`. */
  interval(seconds: number): string {
    if (seconds < 60) return `${this.#whole.format(seconds)} s`;
    return this.#long(seconds);
  }

  #long(total: number): string {
    const units: readonly (readonly [number, string])[] = [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'min'],
      [1, 's'],
    ];
    const first = units.findIndex(([size]) => total >= size);
    const [size, unit] = units[first] ?? [1, 's'];
    const [nextSize, nextUnit] = units[first + 1] ?? [0, ''];
    const rest = nextSize === 0 ? 0 : Math.floor((total % size) / nextSize);
    const main = `${this.#whole.format(Math.floor(total / size))} ${unit}`;
    return rest === 0 ? main : `${main} ${String(rest).padStart(2, '0')} ${nextUnit}`;
  }
}

function supportedLocale(locale: string): string {
  try {
    return new Intl.NumberFormat(locale).resolvedOptions().locale;
  } catch {
    return 'en';
  }
}
