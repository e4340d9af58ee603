import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { ed25519Key } from '../src/ed25519.ts';
import { MemoryLogStorage } from '../src/memory-log-storage.ts';
import { mlDsa44Key } from '../src/ml-dsa-44.ts';
import { formatNote, parseNote } from '../src/note.ts';
import type { Policy } from '../src/policy.ts';
import { openSequencer } from '../src/sequencer.ts';
import { signNote, withSignatures } from '../src/signed-note.ts';
import { cosigner, logSigners, type NoteSigner } from '../src/signer.ts';
import { storedLog } from '../src/stored-log.ts';
import type { TileSource } from '../src/tile-source.ts';

// Signatures are slow where many tests share a machine: only a runaway misses this.
vi.setConfig({ testTimeout: 60_000 });

/** Logs, keys and policies made up for tests. Seeds are one byte over and over: they keep no secret. */
export const ORIGIN = 'example.com/rules';
export const NOW = 1_795_000_000;
const seed = (byte: number) => new Uint8Array(32).fill(byte);

export const LOG_SIGNERS = logSigners(
  ORIGIN,
  { ed25519: ed25519Key(seed(1)), mlDsa44: mlDsa44Key(seed(2)) },
  () => NOW,
);
export const LOG_KEYS = LOG_SIGNERS.map(({ key }) => key);

export type Party = { ed25519: NoteSigner; mlDsa44: NoteSigner };
export function party(name: string, byte: number, now: () => number = () => NOW): Party {
  return {
    ed25519: cosigner(`${name}.example`, ed25519Key(seed(byte)), now),
    mlDsa44: cosigner(`${name}.example`, mlDsa44Key(seed(byte + 100)), now),
  };
}
export const PARTIES = {
  representative: party('representative', 10),
  dpo: party('dpo', 20),
  employer: party('employer', 30),
};

/** `group parties all representative dpo employer`, by their Ed25519 keys. */
export const POLICY: Policy = {
  logs: LOG_KEYS.map((key) => ({ key, url: null })),
  witnesses: Object.entries(PARTIES).map(([name, { ed25519 }]) => ({
    name,
    key: ed25519.key,
    url: `https://${name}.example/`,
  })),
  groups: [{ name: 'parties', threshold: 3, members: ['representative', 'dpo', 'employer'] }],
  quorum: 'parties',
};
export const LOG_ONLY: Policy = { ...POLICY, witnesses: [], groups: [], quorum: null };

export const entryAt = (i: number) => new TextEncoder().encode(`entry ${i}`);

/** A log of `entryAt(0..size)`, its storage, and what reads it. */
export async function madeLog(size: number, entry: (i: number) => Uint8Array = entryAt) {
  const storage = new MemoryLogStorage();
  const limits = { waiting: size, batch: 8192 };
  const sequencer = await openSequencer({
    storage,
    origin: ORIGIN,
    signers: LOG_SIGNERS.slice(0, 1),
    limits,
  });
  await Promise.all(Array.from({ length: size }, (_, i) => sequencer.append(entry(i))));
  return { storage, sequencer, source: storedLog(storage) };
}

/** The same source, with the checkpoint cosigned. */
export async function cosigned(source: TileSource, signers: readonly NoteSigner[]): Promise<TileSource> {
  const note = parseNote((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!note.ok) throw new Error('no note');
  const { signatures } = await signNote(note.value.text, signers);
  const checkpoint = formatNote(withSignatures(note.value, signatures));
  return { read: async (path, limit) => (path === 'checkpoint' ? checkpoint : source.read(path, limit)) };
}

export const inTime = Object.values(PARTIES).map(({ ed25519 }) => ed25519);

/** The other people's data beside the repository, or null: tests that need it are skipped by name. */
export function sharedFolder(name: string): string | null {
  const root = process.env['ABOVEBOARD_TEST_DATA'] ?? join(import.meta.dirname, '../../../../shared/data');
  const folder = join(root, 'tlog', name);
  return existsSync(folder) ? folder : null;
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}

export const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
// With its byte order mark, if it has one.
export const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
export const bytes = (string: string) => new TextEncoder().encode(string);
/** The rules that were broken, for short. */
export const rulesOf = (checked: { ok: true } | { ok: false; faults: readonly { rule: string }[] }) =>
  checked.ok ? [] : checked.faults.map(({ rule }) => rule);
