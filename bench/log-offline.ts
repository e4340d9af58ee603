import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeBase64 } from '@aboveboard/tlog/base64';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { fsck } from '@aboveboard/tlog/fsck';
import { openLog } from '@aboveboard/tlog/log-reader';
import { leafHash, nodeHash } from '@aboveboard/tlog/merkle';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { formatProof } from '@aboveboard/tlog/proof-file';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { signNote, withSignatures } from '@aboveboard/tlog/signed-note';
import { cosigner, logSigners, type NoteSigner } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { chromium } from 'playwright-core';
import { build } from 'rolldown';
import { FolderLogStorage } from './log-offline/folder-log-storage.ts';
import { measure } from './log-offline/in-browser.ts';
import type { Measured, Target } from './report.ts';

// A log of a million entries in a folder: made, walked, proofs of it; and a proof with three cosignatures
// verified offline. LOG_ENTRIES makes it smaller. The log over PostgreSQL: bench/log.ts.
export const targets: Target[] = [
  { metric: 'inclusion_proof_p99', op: '<=', value: 5, unit: 'ms' },
  { metric: 'consistency_proof_p99', op: '<=', value: 5, unit: 'ms' },
  { metric: 'verify_proof_node', op: '<=', value: 50, unit: 'ms' },
  { metric: 'verify_proof_node_ml_dsa', op: '<=', value: 50, unit: 'ms' },
  { metric: 'verify_proof_browser', op: '<=', value: 100, unit: 'ms' },
  { metric: 'verify_proof_browser_ml_dsa', op: '<=', value: 100, unit: 'ms' },
  { metric: 'live_memory_above_start', op: '<=', value: 32, unit: 'MB' },
];

const ENTRIES = Number(process.env['LOG_ENTRIES'] ?? 1_000_000);
const ENTRY_BYTES = 256;
const STEP = 4096;
const PROOFS = 1000;
const ROUNDS = 21;
const ORIGIN = 'example.com/bench';
const NOW = 1_795_000_000;
const seed = (byte: number) => new Uint8Array(32).fill(byte);

export async function run(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-log-offline-'));
  try {
    const memory = watchMemory();
    const storage = new FolderLogStorage(folder);
    const signers = logSigners(
      ORIGIN,
      { ed25519: ed25519Key(seed(1)), mlDsa44: mlDsa44Key(seed(2)) },
      () => NOW,
    );
    const logPolicy: Policy = {
      logs: signers.map(({ key }) => ({ key, url: null })),
      witnesses: [],
      groups: [],
      quorum: null,
    };

    const building = await timed(async () => {
      const sequencer = await openSequencer({ storage, origin: ORIGIN, signers, limits: { batch: STEP } });
      for (let from = 0; from < ENTRIES; from += STEP) {
        const count = Math.min(STEP, ENTRIES - from);
        await Promise.all(Array.from({ length: count }, (_, i) => sequencer.append(entryAt(from + i))));
        memory.look();
      }
    });
    const source = storedLog(storage);
    const { signed, reader } = await openLog(source, logPolicy);
    const walking = await timed(async () => {
      const report = await fsck(source, reader, () => memory.look());
      if (report.faultCount > 0 || report.entries !== ENTRIES) throw new Error('the log is not whole');
    });
    const reading = await timed(async () => {
      let count = 0;
      for await (const _ of reader.entries()) count++;
      memory.look();
      if (count !== ENTRIES) throw new Error('entries are missing');
    });
    const inclusion = await each(PROOFS, (i) => reader.inclusionProof(place(i)));
    const consistency = await each(PROOFS, (i) => reader.consistencyProof(1 + place(i)));

    const verifying: Record<string, number> = {};
    for (const [suffix, kind] of [
      ['', 'ed25519'],
      ['_ml_dsa', 'mlDsa44'],
    ] as const) {
      const parties = cosigners(kind);
      const { signatures } = await signNote(
        signed.note.text,
        parties.map(({ signer }) => signer),
      );
      const cosigned = { checkpoint: signed.checkpoint, note: withSignatures(signed.note, signatures) };
      const index = place(7);
      const files = {
        proof: encodeBase64(formatProof(await reader.proof(index, cosigned))),
        entry: encodeBase64(entryAt(index)),
        policy: encodeBase64(new TextEncoder().encode(formatPolicy(withParties(logPolicy, parties)))),
      };
      verifying[`proof_file_bytes${suffix}`] = (files.proof.length * 3) / 4;
      verifying[`verify_proof_node${suffix}`] = median(measure(files, ROUNDS));
      verifying[`verify_proof_browser${suffix}`] = median(await inBrowser(files));
    }
    const disk = diskBytes(folder);
    return {
      metrics: {
        entries: ENTRIES,
        build: ENTRIES / building,
        fsck: ENTRIES / walking,
        read_verified: ENTRIES / reading,
        inclusion_proof_p50: quantile(inclusion.times, 0.5),
        inclusion_proof_p99: quantile(inclusion.times, 0.99),
        consistency_proof_p50: quantile(consistency.times, 0.5),
        consistency_proof_p99: quantile(consistency.times, 0.99),
        inclusion_proof_cpu: inclusion.cpu,
        consistency_proof_cpu: consistency.cpu,
        live_memory_above_start: memory.live() / 1e6,
        resident_memory_above_start: memory.resident() / 1e6,
        disk_bytes_per_entry: disk / ENTRIES,
        disk_overhead_per_entry: disk / ENTRIES - ENTRY_BYTES,
        ...verifying,
      },
      peers: { 'hashing alone': { build: hashingAlone() } },
      notes: [
        `entries of ${ENTRY_BYTES} bytes in steps of ${STEP}, both signatures on each head; build, fsck and read_verified in entries/s; files are not synced here (bench log has the durable ones)`,
        'proofs: of random places by a reader that keeps 64 tiles and verifies each tile against the root, files in the page cache; ms, _cpu of processor time in the mean',
        `verify: parse proof and policy, hash the entry, 20 hashes to the root, both signatures of the log where listed, three cosignatures; median of ${ROUNDS}; Ed25519, and _ml_dsa with ML-DSA-44`,
        'live memory: heap and buffers in use after a collection, every 64 steps or bundles; resident: with the garbage that was not collected yet; hashing alone: the hashes of the same tree and nothing else',
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type BenchParty = { name: string; signer: NoteSigner };

function cosigners(kind: 'ed25519' | 'mlDsa44'): BenchParty[] {
  return ['representative', 'dpo', 'employer'].map((name, i) => {
    const key = kind === 'ed25519' ? ed25519Key(seed(10 + i)) : mlDsa44Key(seed(10 + i));
    return { name, signer: cosigner(`${name}.example`, key, () => NOW) };
  });
}

function withParties(policy: Policy, parties: readonly BenchParty[]): Policy {
  return {
    ...policy,
    witnesses: parties.map(({ name, signer }) => ({ name, key: signer.key, url: null })),
    groups: [{ name: 'parties', threshold: 3, members: parties.map(({ name }) => name) }],
    quorum: 'parties',
  };
}

function entryAt(index: number): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  for (let at = 0; at < ENTRY_BYTES; at += 4) view.setUint32(at, Math.imul(index + at + 1, 2_654_435_761));
  view.setUint32(0, index);
  return entry;
}

/** Places all over the log, the same in each run. */
function place(i: number): number {
  return (Math.imul(i + 1, 2_654_435_761) >>> 0) % ENTRIES;
}

async function inBrowser(files: Parameters<typeof measure>[0]): Promise<number[]> {
  const bundle = await build({
    input: new URL('log-offline/in-browser.ts', import.meta.url).pathname,
    output: { format: 'iife', name: 'offline' },
    write: false,
    logLevel: 'silent',
  });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundle.output[0].code });
    const call = `offline.measure(${JSON.stringify(files)}, ${ROUNDS})`;
    return (await page.evaluate(call)) as number[];
  } finally {
    await browser.close();
  }
}

function hashingAlone(): number {
  const entry = entryAt(1);
  const hash = leafHash(entry);
  const count = 100_000;
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    leafHash(entry);
    nodeHash(hash, hash);
  }
  return count / ((performance.now() - begin) / 1000);
}

/** What is in use after a collection, every so many looks; and what the process holds, garbage with it. */
function watchMemory() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const live = () => {
    // Buffers whose owners the first one found dead are freed by the second.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const start = { live: live(), resident: process.memoryUsage.rss() };
  const most = { ...start };
  let looks = 0;
  return {
    look: () => {
      most.resident = Math.max(most.resident, process.memoryUsage.rss());
      if (looks++ % 64 === 0) most.live = Math.max(most.live, live());
    },
    live: () => most.live - start.live,
    resident: () => most.resident - start.resident,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Milliseconds of each, and of processor time in the mean, which a busy machine does not change. */
async function each(count: number, work: (i: number) => Promise<unknown>) {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    await work(i);
    times.push(performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(before);
  return { times, cpu: (user + system) / 1000 / count };
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(part * (times.length - 1))] as number;
}
const median = (times: readonly number[]) => quantile(times, 0.5);

function diskBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).blocks * 512, 0);
}
