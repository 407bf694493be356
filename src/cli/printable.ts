/** What Clients call themselves must not reach the terminal as anything but text: control characters are spelled out. */
export function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n]|\n(?! +at )/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
