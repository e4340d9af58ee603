import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { afterAll, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function check(open: string[]) {
  const options = { origins: ['http://127.0.0.1:4310'], now: Date.UTC(2026, 10, 22), subtle: crypto.subtle };
  const { agreement } = await demonstrationAgreement(options);
  for (const app of agreement.apps) app.masks = { ...app.masks, open };
  expect(parseAgreement(canonicalBytes(agreement)).ok).toBe(true);
  const file = join(folder, 'agreement.json');
  writeFileSync(file, canonicalBytes(agreement));
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code: await program.run(['agreement', 'check', file]), out: out.join(''), err: err.join('') };
}

it('[AGR55] [AGR56] says of an agreement that holds what it opens, and why to look again', async () => {
  const { code, out, err } = await check(['.mail-body', '.step-status']);
  expect(code).toBe(1);
  expect(out).toContain('.mail-body: This opens e-mail');
  expect(out).not.toContain('.step-status');
  expect(err).toContain('1 to look at again');
});

it('[AGR56] promises nothing where it finds nothing', async () => {
  const { code, out } = await check(['.step-status']);
  expect(code).toBe(0);
  expect(out).toContain('That is no promise');
});
