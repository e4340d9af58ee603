import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enrolmentBytes } from '@aboveboard/consent/enrolment-file';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { cosigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildDigest } from '../src/rules/own-build.ts';
import { EnrolmentFault, takeEnrolment } from '../src/rules/taking-enrolment.ts';
import { removeFolder, temporaryFolder } from './memory-daemon.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);

function policy(): string {
  const log = textSigner('log.example', ed25519Key(seed(1)));
  const witness = {
    name: 'guardian',
    key: cosigner('guardian.example', ed25519Key(seed(2)), () => 0).key,
    url: null,
  };
  return formatPolicy({
    logs: [{ key: log.key, url: null }],
    witnesses: [witness],
    groups: [{ name: 'parties', threshold: 1, members: ['guardian'] }],
    quorum: 'parties',
  });
}

function fileOf(kind: 'production' | 'demonstration'): Uint8Array {
  const name = 'employer.example';
  return enrolmentBytes({
    format: 'aboveboard-enrolment',
    formatVersion: 1,
    class: kind,
    agreement: 'works',
    guardian: 'http://127.0.0.1:4880',
    relay: { recipient: 'age1pq1abc', periodSeconds: 60 },
    policies: { rules: policy(), uses: policy() },
    parties: [
      {
        role: 'employer',
        ed25519: formatVerifierKey(textSigner(name, ed25519Key(seed(3))).key),
        mlDsa44: formatVerifierKey(textSigner(name, mlDsa44Key(seed(3))).key),
      },
    ],
    place: {
      storageLocations: ['here'],
      jurisdiction: 'none',
      supervisoryAuthority: 'none',
      recipients: [],
      transfers: [],
      withdrawAt: 'here',
    },
  });
}

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

async function put(kind: 'production' | 'demonstration', mode: number): Promise<string> {
  const path = join(folder, 'enrolment.json');
  await writeFile(path, fileOf(kind));
  await chmod(path, mode);
  return path;
}

describe('an enrolment of a computer', () => {
  test('[DSK81] a demonstration’s is taken from anywhere; what is none is refused with the rule that it breaks', async () => {
    expect((await takeEnrolment(await put('demonstration', 0o666))).file.class).toBe('demonstration');
    const path = join(folder, 'other.json');
    await expect(takeEnrolment(path)).rejects.toThrow('not there');
    await writeFile(path, '{"format":"aboveboard-enrolment"}');
    await expect(takeEnrolment(path)).rejects.toThrow('ENR20');
    await writeFile(path, new Uint8Array(300_000));
    await expect(takeEnrolment(path)).rejects.toThrow('too long');
  });

  test('[DSK81] a real one only where nobody but an administrator can have put it (T18)', async () => {
    const path = await put('production', 0o644);
    if (process.getuid?.() === 0) expect((await takeEnrolment(path)).file.class).toBe('production');
    else await expect(takeEnrolment(path)).rejects.toThrow(EnrolmentFault);
    await chmod(path, 0o664);
    await expect(takeEnrolment(path)).rejects.toThrow('administrator');
    await chmod(path, 0o644);
    await chmod(folder, 0o777);
    await expect(takeEnrolment(path)).rejects.toThrow('administrator');
    await chmod(folder, 0o755);
    await rename(path, join(folder, 'hers.json'));
    await symlink(join(folder, 'hers.json'), path);
    await expect(takeEnrolment(path)).rejects.toThrow('administrator');
  });
});

test('[DSK80] the digest of a build changes with every file of it, its name and its place', async () => {
  await mkdir(join(folder, 'src', 'in'), { recursive: true });
  await writeFile(join(folder, 'src', 'a.ts'), 'one');
  const first = await buildDigest(folder, ['src']);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  await writeFile(join(folder, 'src', 'a.ts'), 'two');
  const second = await buildDigest(folder, ['src']);
  await rename(join(folder, 'src', 'a.ts'), join(folder, 'src', 'in', 'a.ts'));
  const third = await buildDigest(folder, ['src']);
  expect(new Set([first, second, third]).size).toBe(3);
  await rename(join(folder, 'src', 'in', 'a.ts'), join(folder, 'src', 'a.ts'));
  expect(await buildDigest(folder, ['src'])).toBe(second);
});
