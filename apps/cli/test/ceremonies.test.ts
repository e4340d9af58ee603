import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lastBackUp } from '@aboveboard/guardian/recovery/recovery';
import { openGuardianStore } from '@aboveboard/guardian/store';
import { ageIdentity } from '@aboveboard/server/keys/age-identity';
import { openKeyFiles } from '@aboveboard/server/keys/key-files';
import { sealVaultHalf } from '@aboveboard/vault/half-envelope';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { asKeyHalf } from '@aboveboard/vault/key-half';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The commands of docs/ceremonies.md, as they stand there, in their order. */
const ROOT = resolve(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'apps/cli/src/main.ts');
const SHOWN = [
  ...readFileSync(join(ROOT, 'docs/ceremonies.md'), 'utf8').matchAll(/^ *```sh\n *aboveboard (.+)\n *```$/gm),
].map(([, line]) => (line ?? '').split(' '));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-ceremonies-'));
  openGuardianStore(join(folder, 'guardian')).close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(words: readonly string[], typed = ''): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [MAIN, ...words], { cwd: folder }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
    child.stdin?.end(typed);
  });
}
/** Of each sheet the share, as its person would type it. */
const sharesOf = (printed: string) =>
  printed.split('\f').flatMap((sheet) => {
    const lines = sheet.match(/^ {4}[0-9A-Z ]+$/gm);
    return lines ? [lines.join(' ')] : [];
  });

describe('the ceremonies that the document shows', () => {
  it('[CER9] [CER13] shares, backup, check and restore, each as it stands there', async () => {
    const [shares = [], backup = [], check = [], restore = [], handOver = [], ...more] = SHOWN.filter(
      ([of]) => of === 'recovery',
    );
    expect([shares, backup, check, restore, handOver].map((words) => words.slice(0, 2).join(' '))).toEqual([
      'recovery shares',
      'recovery backup',
      'recovery check',
      'recovery restore',
      'recovery hand-over',
    ]);
    expect(more).toEqual([]);

    const dealt = await run(shares);
    expect(dealt.code, dealt.err).toBe(0);
    const typed = sharesOf(dealt.out);
    expect(typed.length).toBe(5);
    expect(readdirSync(folder)).toEqual(['guardian']);

    expect((await run(backup)).code).toBe(0);
    const kept = openGuardianStore(join(folder, 'guardian'));
    // What its server is told (CTL18).
    expect(Math.abs(Date.now() / 1000 - (lastBackUp(kept) ?? 0))).toBeLessThan(3600);
    kept.close();
    expect((await run(backup)).err).toContain('is there already');

    const sound = await run(check, `${typed[3]}\n`);
    expect(sound.out).toContain('Share 4 of 5 is whole');
    expect(sound.out + sound.err).not.toContain(typed[3]);
    const misread = await run(check, `${typed[3]?.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))}\n`);
    expect([misread.code, misread.err]).toEqual([1, expect.stringContaining('misread')]);

    const few = await run(restore, `${typed[0]}\n${typed[4]}\n`);
    expect([few.code, few.err]).toEqual([1, expect.stringContaining('too few shares. Nothing was written')]);
    const other = sharesOf((await run(shares)).out)[2];
    const mixed = await run(restore, `${typed[0]}\n${typed[4]}\n${other}\n`);
    expect([mixed.code, mixed.err]).toEqual([
      1,
      expect.stringContaining('Share 3 opens the backups of another'),
    ]);
    expect(existsSync(join(folder, 'new-guardian'))).toBe(false);

    const restored = await run(restore, `${typed[0]}\n${typed[4]}\n${typed[2]}\n`);
    expect(restored.code, restored.err).toBe(0);
    expect(existsSync(join(folder, 'new-guardian', 'guardian.sqlite'))).toBe(true);

    const handed = await run(handOver);
    expect(handed.code, handed.err).toBe(0);
    const late = await run(['recovery', 'backup', 'later.backup', '--data', 'guardian']);
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('No shares were dealt')]);
    // Eleven starts of the command, each of seconds on a busy machine.
  }, 240_000);

  it('[VLT101] [VLT103] [VLT105] another identity of a vault, each as it stands there', async () => {
    const [make = [], reseal = [], retire = [], ...more] = SHOWN.filter(([of]) => of === 'halves');
    expect([make, reseal, retire].map((words) => words[1])).toEqual(['new', 'reseal', 'retire']);
    expect(more).toEqual([]);
    const vault = join(folder, 'vault');
    mkdirSync(vault);
    const { recipient } = await ageIdentity('vault', vault, undefined);
    const store = await openKeyFiles(join(vault, 'halves'), { owner: true });
    const half = asKeyHalf(new Uint8Array(32).fill(7));
    await store.put('one', Uint8Array.of(2, ...(await sealVaultHalf('one', half, recipient))));

    expect(await run(make)).toMatchObject({ code: 0, err: '' });
    expect(await run(make)).toMatchObject({ code: 1, err: expect.stringContaining('not retired yet') });
    expect(await run(retire)).toMatchObject({ code: 1, err: expect.stringContaining('1 of what is kept') });
    expect(await run(reseal)).toMatchObject({ code: 0, out: expect.stringContaining('Sealed anew: 1.') });
    expect(await run(retire)).toMatchObject({ code: 0, out: expect.stringContaining('Retired') });
    const { identity, recipient: next, older } = await ageIdentity('vault', vault, undefined);
    expect([next === recipient, older]).toEqual([false, []]);
    expect(await makeHalfRing({ store, identity }).open('one')).toEqual(half);

    const inGuardian = await run(['halves', 'show', '--data', 'guardian']);
    expect([inGuardian.code, inGuardian.err]).toEqual([1, expect.stringContaining('on its page')]);
  }, 120_000);
});
