/**
 * A fresh id of a recording (REC4): 16 random bytes, base64url. One that begins with a hyphen is drawn again:
 * on a command line it would be read as an option. `random` gives that many random bytes.
 */
export function freshRecordingId(random: (length: number) => Uint8Array): string {
  for (;;) {
    const characters = Array.from(random(16), (byte) => String.fromCharCode(byte)).join('');
    const id = btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    if (!id.startsWith('-')) return id;
  }
}
