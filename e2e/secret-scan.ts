import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** Something planted where it must not come out of. `text` is rare enough to stand nowhere by chance. */
export type Secret = { place: string; text: string };

export type Finding = { secret: Secret; where: string; spelling: string };

/**
 * Looks for planted secrets in whatever it is shown: in every spelling that a program may have given them,
 * and again in what comes out when the bytes are decompressed. It knows nothing of the recorder: what is
 * encrypted must be decrypted before it is shown here.
 */
export class SecretScan {
  readonly findings: Finding[] = [];
  /** Bytes that were looked at, decompressed ones included: a scan of nothing finds nothing. */
  scanned = 0;
  readonly #needles: { secret: Secret; spelling: string; bytes: Buffer }[];

  constructor(secrets: readonly Secret[]) {
    this.#needles = secrets.flatMap((secret) =>
      spellings(secret.text).map(([spelling, bytes]) => ({ secret, spelling, bytes })),
    );
  }

  text(where: string, text: string): void {
    this.bytes(where, Buffer.from(text));
  }

  bytes(where: string, given: Uint8Array, depth = 0): void {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    this.scanned += bytes.length;
    const lower = lowerCase(bytes);
    for (const { secret, spelling, bytes: needle } of this.#needles) {
      const hay = EXACT.has(spelling) ? bytes : lower;
      if (hay.includes(needle)) this.findings.push({ secret, where, spelling });
    }
    if (depth < 3) {
      for (const [how, inner] of decompressed(bytes)) this.bytes(`${where} (${how})`, inner, depth + 1);
    }
  }

  /** Every file below a folder. */
  async folder(root: string, skip: (path: string) => boolean = () => false): Promise<void> {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || skip(path)) continue;
      const bytes = await readFile(path).catch(() => null);
      if (bytes) this.bytes(path, bytes);
    }
  }

  /** Secrets that were found at least once. */
  get found(): Set<Secret> {
    return new Set(this.findings.map((finding) => finding.secret));
  }
}

const EXACT = new Set(['base64', 'base64url']);

function spellings(text: string): [string, Buffer][] {
  const lower = text.toLowerCase();
  const escaped = JSON.stringify(lower).slice(1, -1);
  const list: [string, Buffer][] = [
    ['utf-8', Buffer.from(lower)],
    ['utf-16', Buffer.from(lower, 'utf16le')],
    ['percent', Buffer.from(encodeURIComponent(lower).toLowerCase())],
    ['form', Buffer.from(lower.replaceAll(' ', '+'))],
    ['json', Buffer.from(escaped)],
    ['html', Buffer.from(lower.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'))],
    ['hex', Buffer.from(Buffer.from(text).toString('hex'))],
    ['reversed', Buffer.from([...lower].reverse().join(''))],
    ['no spaces', Buffer.from(lower.replaceAll(/[\s-]+/g, ''))],
  ];
  // Base64 spells the same bytes in three ways, by where they begin; the edges mix with the neighbours.
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
    const middle = encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4);
    list.push(['base64', Buffer.from(middle)]);
    list.push(['base64url', Buffer.from(middle.replaceAll('+', '-').replaceAll('/', '_'))]);
  }
  const seen = new Set<string>();
  return list.filter(([, bytes]) => {
    const key = bytes.toString('latin1');
    return bytes.length >= 4 && !seen.has(key) && seen.add(key);
  });
}

/** ASCII only: enough for secrets that are planted in ASCII, and it keeps every offset. */
function lowerCase(bytes: Buffer): Buffer {
  const lower = Buffer.from(bytes);
  for (let i = 0; i < lower.length; i++) {
    const byte = lower[i] as number;
    if (byte >= 65 && byte <= 90) lower[i] = byte + 32;
  }
  return lower;
}

const LIMIT = { maxOutputLength: 256 << 20 };

function decompressed(bytes: Buffer): [string, Buffer][] {
  const tries: [string, () => Buffer][] = [];
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) tries.push(['gunzip', () => gunzipSync(bytes, LIMIT)]);
  if (bytes[0] === 0x78) tries.push(['inflate', () => inflateSync(bytes, LIMIT)]);
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) {
    tries.push(['zstd', () => zstdDecompressSync(bytes, LIMIT)]);
  }
  tries.push(['inflate raw', () => inflateRawSync(bytes, { ...LIMIT, finishFlush: constants.Z_SYNC_FLUSH })]);
  return tries.flatMap(([how, attempt]): [string, Buffer][] => {
    try {
      const inner = attempt();
      return inner.length > 8 ? [[how, inner]] : [];
    } catch {
      return [];
    }
  });
}
