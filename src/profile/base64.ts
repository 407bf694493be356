/** The bytes of a Base64 text, white space ignored; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const compact = text.replaceAll(/\s/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  const padding = compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((compact.length / 4) * 3 - padding);
  let at = 0;
  for (let index = 0; index < compact.length; index += 4) {
    let group = 0;
    for (let offset = 0; offset < 4; offset += 1)
      group = (group << 6) | sextet(compact.charCodeAt(index + offset));
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) {
      bytes[at] = (group >> shift) & 0xff;
      at += 1;
    }
  }
  return bytes;
}

function sextet(code: number): number {
  if (code >= 0x61) return code - 0x61 + 26;
  if (code >= 0x41) return code - 0x41;
  if (code === 0x2b) return 62;
  if (code === 0x2f) return 63;
  return code === 0x3d ? 0 : code - 0x30 + 52;
}
