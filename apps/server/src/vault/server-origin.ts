/** An origin whose logs may be asked for: TLS, or this computer. What comes is proved, not believed. */
export function serverOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(url?.hostname ?? '');
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) return url.origin;
  throw new Error('The address of the server begins with https:// (or is http:// on this computer).');
}
