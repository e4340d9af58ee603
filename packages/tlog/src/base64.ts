/**
 * Base64 of RFC 4648 section 4 with padding, in the one spelling that an encoder writes: a decoder that also
 * takes others would give one signature or hash several texts (LOG2).
 */
const TEXT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** Null for what is not canonical. Check the length of `text` before: it bounds the work. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!TEXT.test(text)) return null;
  const raw = atob(text);
  // The bits after the last byte must be zero; only the last quantum can have any.
  if (btoa(raw.slice(raw.length - (raw.length % 3))) !== text.slice(tailStart(text))) return null;
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

function tailStart(text: string): number {
  return text.endsWith('=') ? text.length - 4 : text.length;
}
