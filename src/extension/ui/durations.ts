import { l10n } from 'vscode';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A countdown in words, rounded up so that it reaches 0 only when the time has come: `5 s`, `2 min 5 s`, `3 h 2 min`. */
export function countdown(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms / second)) * second;
  if (whole < minute) return l10n.t('{0} s', whole / second);
  if (whole < hour) return l10n.t('{0} min {1} s', Math.floor(whole / minute), (whole % minute) / second);
  if (whole < day)
    return l10n.t('{0} h {1} min', Math.floor(whole / hour), Math.floor((whole % hour) / minute));
  return l10n.t('{0} d {1} h', Math.floor(whole / day), Math.floor((whole % day) / hour));
}
