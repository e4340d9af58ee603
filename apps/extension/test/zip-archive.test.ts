import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ZipArchive } from '../src/own-data/zip-archive.ts';

test('[ACC54] a program of somebody else unpacks it to the byte', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-zip-'));
  try {
    const text = new TextEncoder().encode('a line\n'.repeat(5000));
    const noise = crypto.getRandomValues(new Uint8Array(50_000));
    const zip = new ZipArchive();
    await zip.add('folder/läng.txt', [text.subarray(0, 11), text.subarray(11)]);
    await zip.add('noise', [noise], 'stored');
    await zip.add('empty', []);
    const archive = new Uint8Array(await zip.finish().arrayBuffer());
    expect(archive.length).toBeLessThan(noise.length + 2000);
    writeFileSync(join(folder, 'x.zip'), archive);
    const unpack =
      'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])';
    execFileSync('python3', ['-c', unpack, join(folder, 'x.zip'), join(folder, 'out')]);
    expect(readFileSync(join(folder, 'out/folder/läng.txt'))).toEqual(Buffer.from(text));
    expect(readFileSync(join(folder, 'out/noise'))).toEqual(Buffer.from(noise));
    expect(readFileSync(join(folder, 'out/empty'))).toHaveLength(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
