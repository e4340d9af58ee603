import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { codeSecret, readCode } from '@aboveboard/consent/enrolment-codes';
import { openWords, SEALED_WORDS_BYTES, sealWords, WORDS_BYTES_LIMIT } from '@aboveboard/vault/sealed-words';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { askVoice, beginVoice, type OwnVoice } from '../pages/own-voice.ts';
import { openGuardianStore } from '../src/store.ts';
import { enrolmentAsk, issueOf, PASSPHRASE, representative, runGuardian, START } from './running-guardian.ts';

const DAY = 86_400;

describe('what a guardian keeps', () => {
  it('[GRD1, GRD7, GRD16, GRD51] no code, no secret, no passphrase, no time, no order of arrival', async () => {
    const house = await runGuardian();
    const her = await representative(house.guardian.url, house.guardian.setupLink);
    const everyone = house.client();
    const { codes } = await her.send<{ codes: string[] }>('/representative/codes', { employees: 6 });
    const given = { document: house.document, asksUntil: START + DAY, countEvery: DAY };
    const { digest } = await her.send<{ digest: string }>('/representative/issues', given);
    const found = await issueOf(everyone, digest);
    for (const code of codes) {
      await everyone.send('/voice/enrolment', (await enrolmentAsk(everyone, code)).body);
      await askVoice((await beginVoice(found, code)) as OwnVoice, found, everyone);
    }
    expect(JSON.stringify(await her.get('/representative'))).not.toMatch(/redeemed/);
    await house.guardian.stop();

    const files = readdirSync(house.data).map((name) => readFileSync(join(house.data, name)));
    const secrets: Buffer[] = [Buffer.from(PASSPHRASE)];
    for (const code of codes) {
      const secret = (await readCode(code, crypto.subtle)) as Uint8Array;
      secrets.push(Buffer.from(code), Buffer.from(code.replaceAll('-', '')), Buffer.from(secret));
      for (const use of ['enrol', 'ticket'] as const) {
        const made = Buffer.from(await codeSecret(secret, use, crypto.subtle));
        secrets.push(made, Buffer.from(made.toString('hex')));
      }
    }
    for (const file of files) for (const secret of secrets) expect(file.includes(secret)).toBe(false);

    const store = new DatabaseSync(join(house.data, 'guardian.sqlite'), { readOnly: true });
    for (const table of ['enrolment', 'ticket', 'ask', 'spent']) {
      const { sql } = store.prepare('select sql from sqlite_schema where name = ?').get(table) as {
        sql: string;
      };
      // Without a row id there is no number that counts up with each act.
      expect(sql).toMatch(/without rowid/);
      expect(sql).not.toMatch(/time|_at\b|address/);
    }
    store.close();
    await house.restart();
    await house.end();
  });

  it('[GRD40] words have one size, open for the representative alone, and for no two', async () => {
    const identity = await generateHybridIdentity();
    const recipient = await identityToRecipient(identity);
    for (const words of ['', 'why', 'é'.repeat(WORDS_BYTES_LIMIT / 2)]) {
      const sealed = await sealWords(words, recipient);
      expect(sealed.length).toBe(SEALED_WORDS_BYTES);
      expect(await openWords(sealed, identity)).toBe(words);
    }
    const sealed = await sealWords('why', recipient);
    expect(await openWords(sealed, await generateHybridIdentity())).toBeNull();
    sealed[4000] = (sealed[4000] as number) ^ 1;
    expect(await openWords(sealed, identity)).toBeNull();
    expect(await openWords(new Uint8Array(SEALED_WORDS_BYTES), identity)).toBeNull();
    await expect(sealWords('x'.repeat(WORDS_BYTES_LIMIT + 1), recipient)).rejects.toThrow(RangeError);
    await expect(sealWords('x', 'age1classic')).rejects.toThrow(RangeError);
  });

  it('[GRD57] its files are for its owner alone, whatever the umask, also those that were there before', () => {
    const folder = mkdtempSync(join(tmpdir(), 'guardian-mode-'));
    try {
      const data = join(folder, 'guardian');
      const modes = () =>
        readdirSync(data).map((name) => [name, (statSync(join(data, name)).mode & 0o777).toString(8)]);
      const first = openGuardianStore(data);
      expect(modes()).toEqual([
        ['guardian.sqlite', '600'],
        ['guardian.sqlite-wal', '600'],
      ]);
      // A second one is refused, and leaves the first its lock.
      expect(() => openGuardianStore(data)).toThrow('in use');
      expect(() => openGuardianStore(data)).toThrow('in use');
      first.close();
      chmodSync(join(data, 'guardian.sqlite'), 0o644);
      openGuardianStore(data).close();
      expect(modes()).toEqual([['guardian.sqlite', '600']]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
