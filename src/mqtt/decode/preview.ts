/** Bytes and text as a person reads them in one line. */
import { decodeUtf8 } from '../utf8.ts';

/** In characters. */
const previewLimit = 200;

/** What stands for a secret. Says nothing about it, not even its length. */
export const secretMask = '••••••••';

/** `text`, cut off after 200 characters. */
export function textPreview(text: string): string {
  return text.length > previewLimit ? `${text.slice(0, previewLimit)}…` : text;
}

/** Hexadecimal, cut off after 200 characters. */
export function hexPreview(bytes: Uint8Array, start: number, end: number): string {
  const shown = Math.min(end, start + previewLimit / 2);
  let text = '';
  for (let index = start; index < shown; index += 1)
    text += (bytes[index] ?? 0).toString(16).padStart(2, '0');
  return shown < end ? `${text}…` : text;
}

/** As text when it is UTF-8, else as hexadecimal. */
export function bytesPreview(bytes: Uint8Array, start: number, end: number): string {
  // A character takes at most four bytes; a cut may fall inside one.
  const cut = Math.min(end, start + previewLimit * 4);
  for (let last = cut; last > cut - 4 && last >= start; last -= 1) {
    const text = decodeUtf8(bytes, start, last);
    if (text !== undefined) return last < end ? textPreview(`${text}…`) : textPreview(text);
    if (cut === end) break;
  }
  return hexPreview(bytes, start, end);
}

/** Two hexadecimal digits in capitals, as the standard writes codes. */
export function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

export type Unit = 's' | 'bytes';

/** A number with its unit. */
export function quantity(value: number, unit: Unit | undefined): string {
  return unit === undefined ? String(value) : `${value} ${unit}`;
}
