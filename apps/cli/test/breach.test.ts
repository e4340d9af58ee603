import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Installation, openInstallation } from '@aboveboard/server/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportBreach, windowOf } from '../src/breach-report.ts';
import type { CommandContext } from '../src/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-breach-'));
const today = new Date().toISOString().slice(0, 10);
const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const id = 'ImportedRecording00001'.slice(0, 21).concat('A');
let installation: Installation;

beforeAll(async () => {
  // As root PostgreSQL is another user, and passes through here to its own folder.
  chmodSync(folder, 0o711);
  installation = await openInstallation({ data: join(folder, 'data') });
}, 60_000);
afterAll(async () => {
  await installation?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function breach(
  options: { notify?: boolean } = {},
): Promise<{ said: string; found: Record<string, unknown>; failed: boolean }> {
  const lines: string[] = [];
  let found = {};
  const context = {
    installation: async () => installation,
    print: (line: string) => lines.push(line),
    result: (value: object) => {
      found = value;
    },
  } as unknown as CommandContext;
  const failed = await reportBreach(windowOf(today, tomorrow), context, options).then(
    () => false,
    () => true,
  );
  return { said: lines.join('\n'), found, failed };
}

describe('aboveboard breach', () => {
  it('[BRE1] [BRE3] [BRE5] [BRE6] says what was read, names nobody, and says what it can not know', async () => {
    const source = await installation.recordings.beginImport();
    await installation.journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]);
    const { said, found, failed } = await breach();
    expect(failed).toBe(false);
    expect(found).toMatchObject({
      readings: [{ role: 'operator', account: null, kind: 'inspection', recordings: 1 }],
      findings: [],
      contributors: null,
    });
    expect(said).toContain('fewer than ten contributors');
    expect(said).toContain('What this can not know');
    expect(said + JSON.stringify(found)).not.toContain(source.id);
    expect(said).not.toContain('otice');
    // What the operator imported is of nobody who could be told.
    expect((await breach({ notify: true })).said).toContain('No notice was left');
  });

  it('[BRE2] seeded hole: a reading that somebody wrote past the log is a finding', async () => {
    const row = ['ff'.repeat(16), new Date(), 'dataset', 'operator', [id]];
    const insert = 'insert into access_entry (entry, at, kind, by, recordings) values ($1, $2, $3, $4, $5)';
    await installation.inner.database.query(insert, row);
    const { said, found, failed } = await breach();
    expect(failed).toBe(true);
    expect(found['findings']).toMatchObject([{ kind: 'unlogged' }]);
    expect(said).toContain('nowhere in the log of uses');
    expect(said).not.toContain(id);
  });

  it('refuses what are no days', () => {
    expect(() => windowOf('2026-11-02', '2026-11-01')).toThrow('two days');
    expect(() => windowOf('yesterday', '2026-11-01')).toThrow('two days');
    expect(windowOf('2026-11-01', '2026-11-01')).toEqual({
      from: Date.UTC(2026, 10, 1),
      to: Date.UTC(2026, 10, 2),
    });
  });
});
