import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sealVaultHalf } from '@aboveboard/vault/half-envelope';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { asKeyHalf, type KeyHalf } from '@aboveboard/vault/key-half';
import { afterAll, expect, it } from 'vitest';
import { ageIdentity } from '../src/keys/age-identity.ts';
import { openKeyFiles } from '../src/keys/key-files.ts';
import { seeded } from './forgetful-disk.ts';

/**
 * The command as it is installed, killed by -9 at any time, among halves that come and go (VLT100-VLT107). ABOVEBOARD_KILLS: how many
 * rounds; the seed is in what fails.
 */
const ROUNDS = Number(process.env['ABOVEBOARD_KILLS'] ?? 60);
const SEED = Number(process.env['ABOVEBOARD_KILLS_SEED'] ?? 1);
const MAIN = resolve(import.meta.dirname, '../../cli/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-rotation-kills-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `after`: milliseconds; null: it is left alone. */
function run(
  step: string,
  after: number | null,
): Promise<{ killed: boolean; code: number | null; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, '--data', folder, 'halves', step], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (piece: Buffer) => {
      err += piece.toString();
    });
    const timer = after === null ? null : setTimeout(() => child.kill('SIGKILL'), after);
    child.once('close', (code, signal) => {
      if (timer) clearTimeout(timer);
      done({ killed: signal === 'SIGKILL', code, err });
    });
  });
}

it('[VLT103] [VLT105] killed at any time, every half that was kept opens, and nothing that was destroyed', async () => {
  const chance = seeded(SEED);
  const kept = new Map<string, KeyHalf>();
  const destroyed = new Set<string>();
  const recipients: string[] = [];
  await ageIdentity('vault', folder, undefined);
  let [kills, finished] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const at = `seed ${SEED}, round ${round}`;
    const { identity, recipient, older } = await ageIdentity('vault', folder, undefined);
    const store = await openKeyFiles(join(folder, 'halves'), { owner: true });
    const ring = makeHalfRing({ store, identity: [identity, ...older] });
    for (const [id, half] of kept) expect(await ring.open(id), `${at}: ${id}`).toEqual(half);
    for (const id of destroyed)
      await expect(ring.open(id), `${at}: ${id}`).rejects.toMatchObject({ code: 'destroyed' });
    if (recipients[0] !== recipient) recipients.unshift(recipient);
    // Devices that know the new one and, now and then, devices that know the one before; what nobody opens any more is refused.
    const hasLate = chance() < 0.4;
    for (let i = 0; i < 8; i++) {
      const to = recipients[hasLate ? Math.min(i % 2, recipients.length - 1) : 0] as string;
      const id = randomBytes(16).toString('base64url');
      const half = asKeyHalf(new Uint8Array(randomBytes(32)));
      const isTaken = await ring.keep(id, await sealVaultHalf(id, half, to)).then(
        () => true,
        (error: { isForAnother?: boolean }) => {
          expect(error.isForAnother, at).toBe(true);
          return false;
        },
      );
      expect(isTaken, at).toBe(to === recipient || older.length > 0);
      if (isTaken) kept.set(id, half);
    }
    for (const id of [...kept.keys()].filter(() => chance() < 0.15)) {
      await ring.destroy(id);
      kept.delete(id);
      destroyed.add(id);
    }
    const step = older.length === 0 ? 'new' : chance() < 0.6 ? 'reseal' : 'retire';
    const outcome = await run(step, chance() < 0.7 ? 200 + chance() * 800 : null);
    if (outcome.killed) kills++;
    else if (outcome.code === 0) finished++;
    else expect(outcome.err, at).toMatch(/not retired yet|still needs an older identity/);
  }
  // From wherever it stands it is brought to its end.
  for (const step of ['reseal', 'retire']) expect((await run(step, null)).code).toBe(0);
  const { identity, older } = await ageIdentity('vault', folder, undefined);
  const store = await openKeyFiles(join(folder, 'halves'), { owner: false });
  const ring = makeHalfRing({ store, identity });
  for (const [id, half] of kept) expect(await ring.open(id)).toEqual(half);
  expect(older).toEqual([]);
  const lines = readFileSync(join(folder, 'given.jsonl'), 'utf8').trimEnd().split('\n');
  const retired = lines.filter((line) => line.includes('"retired"')).length;
  process.stderr.write(
    `${ROUNDS} rounds: ${kills} killed, ${finished} finished, ${kept.size} halves kept, ${destroyed.size} destroyed, ${recipients.length} identities, ${retired} retired\n`,
  );
  expect(kills).toBeGreaterThan(ROUNDS / 10);
}, 1_200_000);
