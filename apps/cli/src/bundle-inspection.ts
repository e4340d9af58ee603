import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type BundleContents, readBundle } from '@aboveboard/protocol/bundle';
import { type Fault, RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartLabel, PartStore } from '@aboveboard/protocol/part';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makeOpening } from '@aboveboard/vault/opening';
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

/** Lengths of a bundle's head and of the head of each part (REC80, REC81). */
const HEAD_BYTES = 30;
const PART_HEAD_BYTES = 10;

/** Reads a bundle file twice at most, and one part in memory at a time. */
export async function inspectBundle(file: string, keys: CommandContext | null): Promise<BundleInspection> {
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

async function openWithKeys(file: string, inspection: BundleInspection, keys: CommandContext): Promise<void> {
  const id = inspection.id as string;
  const { journal, inner } = await keys.installation({ opens: true });
  const access = await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [id]);
  const opening = makeOpening(inner.ring, crypto.subtle);
  await inner.ring.open(id).catch((cause: unknown) => {
    throw new CommandFailure('The key of this recording is not in the data folder.', { cause });
  });
  const store = await fileParts(file, inspection.parts);
  try {
    const sealer = {
      seal: neverSeals,
      open: (sealed: Uint8Array, label: PartLabel) => opening.open(access, sealed, label),
    };
    const recording = await openRecording({ id, store, sealer, deflate: webDeflate });
    inspection.manifest = recording.manifest;
    for await (const _ of recording.eventColumns());
    for await (const _ of recording.states());
    for await (const _ of recording.frames());
    inspection.opened = true;
  } finally {
    await store.close();
  }
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
