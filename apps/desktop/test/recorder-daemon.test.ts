import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { partStoreContract } from '../../../packages/protocol/test/part-store-contract.ts';
import { SourceFault } from '../src/capture-source.ts';
import { RecorderDaemon } from '../src/recorder-daemon.ts';
import { UNKNOWN } from '../src/release/upload-conditions.ts';
import type { RulesDesk } from '../src/rules/rules-desk.ts';
import { PartFolder } from '../src/spool/part-folder.ts';
import { FolderFault } from '../src/spool/recorder-folder.ts';
import { memoryDaemon, removeFolder, temporaryFolder } from './memory-daemon.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

const NO_RULES = {
  recordingClass: 'own',
  current: null,
  gate: () => ({ decide: () => ({ allow: false, deny: 'no-agreement', reason: 'None.' }) }),
  onChange: () => undefined,
  close: async () => undefined,
} as unknown as RulesDesk;
const WAIT = { timeout: 20_000, interval: 30 };

partStoreContract('a folder', {
  open: async (id) => new PartFolder(await partsFolder(), id),
  reopen: async (id) => new PartFolder(await partsFolder(), id),
});
let parts: string | null = null;
async function partsFolder(): Promise<string> {
  parts ??= await temporaryFolder();
  return parts;
}

describe('the recorder of a desktop', () => {
  test('[DSK55] records nothing before she agrees, then a task, which she can look through and discard', async () => {
    const { daemon, click, shown } = await memoryDaemon(folder);
    expect(daemon.state).toBe('off');
    await expect(daemon.start('Save it')).rejects.toThrow('can not be done');
    await daemon.agree();
    await daemon.start('Save it');
    click();
    await daemon.stop();
    const [row] = await daemon.recordings();
    expect(row).toMatchObject({ state: 'reviewing' });
    expect(row?.ended).toBeUndefined();
    const found = await daemon.steps(row?.id ?? '');
    expect(found?.lines.join()).toContain('Save');
    expect(found?.recording.manifest.class).toBe('demonstration');
    expect(shown).toEqual(['there', 'recording', 'closed']);
    await daemon.discard(row?.id ?? '');
    expect(await daemon.recordings()).toEqual([]);
    expect(await readdir(join(folder, 'recordings'))).toEqual([]);
    await daemon.close();
  });

  test('[DSK68] what she wants closed is closed in states and in what she says, though every control bears it', async () => {
    const { daemon, click } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.closeWords('save\nQuokka Lantern');
    await daemon.start('Save it for quokka lantern');
    click();
    await daemon.stop();
    const [row] = await daemon.recordings();
    const found = await daemon.steps(row?.id ?? '');
    expect(found?.lines.length).toBeGreaterThan(0);
    expect(found?.lines.join()).not.toContain('Save');
    expect(found?.recording.manifest.task).toEqual({ kind: 'free', text: '[closed] it for [closed]' });
    await daemon.close();
    // Kept for the next time, and nowhere as it is.
    const again = await memoryDaemon(folder);
    expect(await again.daemon.closed.all()).toEqual(['save', 'Quokka Lantern']);
    const file = join(folder, 'values', 'closed-words');
    expect((await readFile(file)).includes('Quokka')).toBe(false);
    await again.daemon.close();
  });

  test('[DSK68] [T14] no recording begins while they are there and can not be opened', async () => {
    const { daemon } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.closeWords('Quokka');
    await writeFile(join(folder, 'values', 'closed-words'), 'damaged');
    await expect(daemon.start('Save it')).rejects.toThrow('Write them down anew');
    expect([daemon.state, await daemon.recordings()]).toEqual(['ready', []]);
    await daemon.closeWords('');
    await daemon.start('Save it');
    await daemon.close();
  });

  test('[DSK60] the end of the window that shows it ends the recording; without it none begins', async () => {
    const { daemon, goneIndicator } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.start('One');
    goneIndicator();
    await vi.waitFor(() => expect(daemon.state).toBe('ready'), WAIT);
    await vi.waitFor(
      async () => expect((await daemon.recordings())[0]).toMatchObject({ ended: 'indicator' }),
      WAIT,
    );
    await daemon.close();

    const options = { folder, source: () => Promise.reject(new SourceFault('no-display', 'none')) };
    const blind = await RecorderDaemon.start({
      ...options,
      desk: async () => NO_RULES,
      conditions: async () => UNKNOWN,
      indicator: () => Promise.reject(new Error('no screen')),
    });
    await expect(blind.start('Two')).rejects.toThrow();
    expect(await blind.recordings()).toHaveLength(1);
    await blind.close();
  });

  test('[DSK53] a display that goes ends the recording, which is whole', async () => {
    const { daemon, source, click } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.start('Three');
    click();
    source().die();
    await vi.waitFor(
      async () => expect((await daemon.recordings())[0]).toMatchObject({ ended: 'source' }),
      WAIT,
    );
    const [row] = await daemon.recordings();
    expect((await daemon.steps(row?.id ?? ''))?.lines.length).toBeGreaterThan(0);
    await daemon.close();
  });

  test('[DSK53] a disk that fails ends it; what was durable is kept and closed at the next start', async () => {
    const { daemon, click } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.start('Four');
    const [row] = await daemon.recordings();
    const at = join(folder, 'recordings', row?.id ?? '');
    const whole = async () => (await readdir(at).catch(() => [])).some((name) => name.endsWith('.events'));
    await vi.waitFor(async () => expect(await whole()).toBe(true), WAIT);
    // No part with another number can be put there any more: a folder stands in the way of each.
    for (let index = 0; index < 400; index++) {
      await mkdir(join(at, `${String(index).padStart(6, '0')}.events.new`)).catch(() => undefined);
    }
    click();
    await vi.waitFor(() => expect(daemon.state).toBe('ready'), WAIT);
    for (const name of await readdir(at)) if (name.endsWith('.new')) await removeFolder(join(at, name));
    await daemon.close();
    const again = await memoryDaemon(folder);
    expect((await again.daemon.recordings())[0]).toMatchObject({ state: 'reviewing' });
    await again.daemon.close();
  });

  test('[DSK50] a folder that others may look into is refused', async () => {
    await chmod(folder, 0o750);
    await expect(memoryDaemon(folder)).rejects.toThrow(FolderFault);
    await chmod(folder, 0o700);
    await mkdir(join(folder, 'keys'), { mode: 0o755 });
    await chmod(join(folder, 'keys'), 0o755);
    await expect(memoryDaemon(folder)).rejects.toThrow(FolderFault);
  });

  test('[DSK51] a second recorder on the folder is refused, and may start when the first has ended', async () => {
    const first = await memoryDaemon(folder);
    await expect(memoryDaemon(folder)).rejects.toThrow('Another recorder');
    await first.daemon.close();
    await (await memoryDaemon(folder)).daemon.close();
  });

  test('[DSK54] a consent that can not be read is none (T1, T14)', async () => {
    const { daemon } = await memoryDaemon(folder);
    await daemon.agree();
    await daemon.close();
    const file = join(folder, 'consent.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"givenAt":', '"givenAt":"x'));
    const again = await memoryDaemon(folder);
    expect(again.daemon.state).toBe('off');
    await again.daemon.close();
  });
});
