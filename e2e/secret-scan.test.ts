import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SecretScan } from './secret-scan.ts';

const secret = { place: 'note', text: 'Okapi Lantern 7731' };
const hidden: [string, (text: string) => Uint8Array][] = [
  ['plain', (text) => Buffer.from(`.. ${text} ..`)],
  ['other case', (text) => Buffer.from(text.toUpperCase())],
  ['UTF-16', (text) => Buffer.from(`ab${text}`, 'utf16le')],
  ['percent', (text) => Buffer.from(`/x#${encodeURIComponent(text)}`)],
  ['base64 at each alignment', (text) => Buffer.from(Buffer.from(`x${text}yy`).toString('base64'))],
  ['hex', (text) => Buffer.from(Buffer.from(text).toString('hex'))],
  ['gzip', (text) => gzipSync(`{"a":"${text}"}`)],
  ['raw deflate in gzip', (text) => gzipSync(deflateRawSync(`some words before ${text}`))],
];

describe('the scan for planted secrets', () => {
  it.each(hidden)('finds one that is %s', (_, hide) => {
    const scan = new SecretScan([secret]);
    scan.bytes('here', hide(secret.text));
    expect(scan.found.has(secret)).toBe(true);
  });

  it('finds nothing where nothing is, and says how much it looked at', () => {
    const scan = new SecretScan([secret]);
    scan.bytes('here', Buffer.from('Okapi and lantern, but never together; 7731 too.'));
    expect(scan.findings).toEqual([]);
    expect(scan.scanned).toBeGreaterThan(40);
  });
});
