/** The messages of SCRAM (RFC 5802 7), as texts. */

/** What a Client says first. */
export interface ClientFirst {
  /** How it names its wish for channel binding, with the identity to act as: comes again in its last message. */
  readonly header: string;
  /** What of the message is signed. */
  readonly bare: string;
  readonly username: string;
  readonly nonce: string;
}

/** What a Client says last. */
export interface ClientFinal {
  /** Base64 of the header of its first message. */
  readonly binding: string;
  /** The Client's and the Server's, one behind the other. */
  readonly nonce: string;
  readonly proof: Buffer;
  readonly withoutProof: string;
}

/** No honest message comes near it, in bytes. */
const longestMessage = 2_048;
/** Printable ASCII without the comma. */
const printable = /^[\x21-\x2b\x2d-\x7e]+$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(data: Uint8Array): string | undefined {
  if (data.length > longestMessage) return undefined;
  try {
    return utf8.decode(data);
  } catch {
    return undefined;
  }
}

/**
 * Undefined when it is not well-formed, or asks for what is not there: channel binding, an extension that must
 * be understood, or to act as somebody else.
 */
export function readClientFirst(data: Uint8Array): ClientFirst | undefined {
  const match = /^([ny],(?:a=([^,]+))?,)(n=([^,]+),r=([^,]+)(?:,.*)?)$/s.exec(textOf(data) ?? '');
  if (match === null) return undefined;
  const [, header = '', actAs, bare = '', name = '', nonce = ''] = match;
  const username = readName(name);
  if (username === undefined || !printable.test(nonce)) return undefined;
  if (actAs !== undefined && readName(actAs) !== username) return undefined;
  return { header, bare, username, nonce };
}

/** Undefined when it is not well-formed. */
export function readClientFinal(data: Uint8Array): ClientFinal | undefined {
  const match = /^(c=([^,]+),r=([^,]+)(?:,[^,]*)*),p=([^,]+)$/s.exec(textOf(data) ?? '');
  if (match === null) return undefined;
  const [, withoutProof = '', binding = '', nonce = '', proof = ''] = match;
  if (!base64.test(proof)) return undefined;
  return { binding, nonce, proof: Buffer.from(proof, 'base64'), withoutProof };
}

/** A name in which `,` and `=` are written `=2C` and `=3D`, prepared for comparison. */
function readName(written: string): string | undefined {
  if (/=(?!2C|3D)/.test(written)) return undefined;
  const name = saslPrep(written.replaceAll('=2C', ',').replaceAll('=3D', '='));
  return name === '' ? undefined : name;
}

/** Characters that SASLprep leaves out (RFC 3454 B.1). */
const leftOut = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200b|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/**
 * A User Name or password in the form in which it is compared (RFC 4013): spaces are one kind, what is
 * invisible is left out, and what looks the same is the same. What must not stand there at all is not looked
 * for: here it only fails to match.
 */
export function saslPrep(text: string): string {
  return text
    .replace(/\p{Zs}/gu, ' ')
    .replace(leftOut, '')
    .normalize('NFKC');
}
