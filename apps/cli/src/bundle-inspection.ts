import { createReadStream, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type BundleContents, readBundle } from '@aboveboard/protocol/bundle';
import { type Fault, RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartLabel, PartStore } from '@aboveboard/protocol/part';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makeOpening } from '@aboveboard/vault/opening';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import { type CommandContext, CommandFailure } from './command.ts';

export type BundleInspection = {
  id: string | null;
  parts: BundleContents['parts'];
  /** By kind. */
  sealed: Partial<Record<PartLabel['kind'], { parts: number; bytes: number }>>;
  faults: Fault[];
  opened: boolean;
  manifest: Manifest | null;
};

/**
 * What opens a bundle: the installation's key ring, after its journal; or the key that its owner saved beside it (ACC55), which
 * needs no installation.
 */
export type BundleKeys = CommandContext | { keyFile: string };

/** Lengths of a bundle's head and of the head of each part (REC80, REC81). */
const HEAD_BYTES = 30;
const PART_HEAD_BYTES = 10;

/** Reads a bundle file twice at most, and one part in memory at a time. */
export async function inspectBundle(file: string, keys: BundleKeys | null): Promise<BundleInspection> {
  const inspection: BundleInspection = {
    id: null,
    parts: [],
    sealed: {},
    faults: [],
    opened: false,
    manifest: null,
  };
  const seen: PartStore = {
    async put({ recording, index, kind }, { length: bytes }) {
      inspection.id = recording;
      inspection.parts.push({ index, kind, bytes });
      const before = inspection.sealed[kind] ?? { parts: 0, bytes: 0 };
      inspection.sealed[kind] = { parts: before.parts + 1, bytes: before.bytes + bytes };
    },
    get: async () => null,
    list: async () => inspection.parts,
  };
  try {
    await readBundle(createReadStream(file), seen);
    if (keys) await openWithKeys(file, inspection, keys);
  } catch (error) {
    if (error instanceof RecordingError) inspection.faults.push(...error.faults);
    else if ((error as NodeJS.ErrnoException).code) throw unreadable(file, error as NodeJS.ErrnoException);
    else throw error;
  }
  return inspection;
}

async function openWithKeys(file: string, inspection: BundleInspection, keys: BundleKeys): Promise<void> {
  await openBundle(file, inspection, keys, async (recording) => {
    inspection.manifest = recording.manifest;
    for await (const _ of recording.eventColumns());
    for await (const _ of recording.states());
    for await (const _ of recording.frames());
  });
  inspection.opened = true;
}

/** Everything that a bundle holds, as JSON, to `show`. Null: all of it was; else why not. */
export async function readOpenBundle(
  file: string,
  keys: CommandContext,
  show: (part: string, text: string) => void,
): Promise<string | null> {
  const found = await inspectBundle(file, null);
  if (found.id === null || found.faults.length > 0) return 'is a broken bundle';
  try {
    await openBundle(file, found, keys, async (recording) => {
      show('manifest', JSON.stringify(recording.manifest));
      for await (const events of recording.events()) show('events', lines(events));
      for await (const states of recording.states()) show('states', lines(states));
      for await (const frames of recording.frames()) show('frames', lines(frames));
    });
    return null;
  } catch (error) {
    if (error instanceof CommandFailure) return 'is sealed, and its key is not in the data folder';
    if (error instanceof RecordingError) return 'is a broken bundle';
    throw error;
  }
}

function lines(items: readonly unknown[]): string {
  return items
    .map((item) => JSON.stringify(item, (_, v) => (v instanceof Uint8Array ? v.length : v)))
    .join('\n');
}

async function openBundle(
  file: string,
  { id, parts }: Pick<BundleInspection, 'id' | 'parts'>,
  keys: BundleKeys,
  use: (recording: OpenedRecording) => Promise<void>,
): Promise<void> {
  const recordingId = id as string;
  const open = 'keyFile' in keys ? savedKey(keys.keyFile) : await journalledKey(recordingId, keys);
  const store = await fileParts(file, parts);
  try {
    const sealer = { seal: neverSeals, open };
    await use(await openRecording({ id: recordingId, store, sealer, deflate: webDeflate }));
  } finally {
    await store.close();
  }
}

type OpenPart = (sealed: Uint8Array, label: PartLabel) => Promise<Uint8Array>;

async function journalledKey(id: string, keys: CommandContext): Promise<OpenPart> {
  const { journal, inner } = await keys.installation();
  const access = await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [id]);
  const opening = makeOpening(inner.ring, crypto.subtle);
  await inner.ring.open(id).catch((cause: unknown) => {
    throw new CommandFailure('The key of this recording is not in the data folder.', { cause });
  });
  return (sealed, label) => opening.open(access, sealed, label);
}

function savedKey(file: string): OpenPart {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CommandFailure(`${file} is not the key of a recording.`);
  const sealer = makePartSealer(
    asRecordingKey(Buffer.from(text, 'hex')),
    crypto.subtle,
    () => new Uint8Array(),
  );
  return (sealed, label) => sealer.open(sealed, label);
}

async function fileParts(
  file: string,
  parts: BundleContents['parts'],
): Promise<PartStore & { close(): Promise<void> }> {
  const handle = await open(file);
  const offsets: number[] = [];
  let at = HEAD_BYTES;
  for (const { bytes } of parts) {
    offsets.push(at + PART_HEAD_BYTES);
    at += PART_HEAD_BYTES + bytes;
  }
  return {
    put: neverSeals,
    async get(index) {
      const part = parts[index];
      if (!part) return null;
      const sealed = new Uint8Array(part.bytes);
      await handle.read(sealed, 0, part.bytes, offsets[index] as number);
      return { kind: part.kind, sealed };
    },
    list: async () => parts,
    close: () => handle.close(),
  };
}

async function neverSeals(): Promise<never> {
  throw new TypeError('an inspection writes nothing');
}

function unreadable(file: string, { code }: NodeJS.ErrnoException): CommandFailure {
  return new CommandFailure(
    code === 'ENOENT' ? `There is no file ${file}.` : `${file} can not be read (${code}).`,
  );
}
