import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBytes } from '@aboveboard/protocol/bundle';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-copy-'));
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const id = freshRecordingId(random);
const [bundle, key, other] = ['recording.bundle', 'recording.key', 'other.key'].map((name) =>
  join(folder, name),
);

async function inspect(...args: (string | undefined)[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const program = makeProgram({
    version: '0',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  // Where there is no installation.
  const given = ['--data', join(folder, 'none'), '--json', 'inspect', ...args];
  return { code: await program.run(given as string[]), out, err };
}

beforeAll(async () => {
  const store = new MemoryPartStore();
  const recordingKey = freshRecordingKey(random);
  const sealer = makePartSealer(recordingKey, crypto.subtle, random);
  const writer = new RecordingWriter({ id, store, sealer, tickMicroseconds: 1000, deflate: webDeflate });
  for (let t = 0; t < 100; t++) writer.event({ kind: 'move', t, x: t, y: 2 * t });
  await writer.finish({
    class: 'foreign',
    week: '2026-W47',
    task: { kind: 'free', text: 'made up' },
    outcome: { worked: null, reasons: [] },
    agreement: null,
    receipt: null,
    software: [{ name: 'test', version: '1' }],
    signals: ['pointer'],
    masks: [],
    origin: { format: 'rrweb', kept: 100, reduced: [] },
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of bundleBytes({ id, store })) pieces.push(piece);
  writeFileSync(bundle as string, Buffer.concat(pieces));
  writeFileSync(key as string, `${Buffer.from(recordingKey).toString('hex')}\n`);
  writeFileSync(other as string, `${Buffer.from(random(32)).toString('hex')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a bundle from a copy of her own data', () => {
  it('[ACC55] opens whole with the key beside it, without an installation', async () => {
    const { code, out, err } = await inspect('--key', key, bundle);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      id,
      opened: true,
      faults: [],
      manifest: { counts: { events: 100 } },
    });
  });

  it('[ACC55] does not open with another key, or with what is none', async () => {
    const wrong = await inspect('--key', other, bundle);
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out)).toMatchObject({ opened: false, faults: [{ rule: 'REC79' }] });
    const none = await inspect('--key', bundle, bundle);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('is not the key of a recording');
  });
});
