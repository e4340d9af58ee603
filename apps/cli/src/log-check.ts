import { readFile, writeFile } from 'node:fs/promises';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { type FsckReport, fsck } from '@aboveboard/tlog/fsck';
import { LogError } from '@aboveboard/tlog/log-fault';
import { openLog } from '@aboveboard/tlog/log-reader';
import { leafHash, sameHash } from '@aboveboard/tlog/merkle';
import { NOTE_BYTES_LIMIT } from '@aboveboard/tlog/note';
import { verifyCheckpoint } from '@aboveboard/tlog/policy';
import { formatProof } from '@aboveboard/tlog/proof-file';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { readPath } from '@aboveboard/tlog/verified-tiles';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { logSource } from './log-source.ts';
import { faultLines, readPolicy, witnessedLine } from './trust-file.ts';

/** `aboveboard log verify`: signature, quorum, every entry and tile, and, against an earlier checkpoint, one history. */
export async function verifyLog(
  where: string,
  options: { policy: string; since?: string; evidence?: string },
  context: CommandContext,
): Promise<void> {
  const policy = await readPolicy(options.policy);
  const source = logSource(where);
  const { signed, verdict, reader } = await opened(openLog(source, policy));
  const { origin, size, root } = signed.checkpoint;
  let consistentFrom: number | null = null;
  if (options.since) {
    const earlier = parseCheckpoint(new Uint8Array(await given(options.since)));
    if (!earlier.ok)
      throw new CommandFailure(`${options.since} is no checkpoint:\n${faultLines(earlier.faults)}`);
    const trusted = verifyCheckpoint(earlier.value, policy);
    if (!trusted.ok) throw new CommandFailure(`${options.since}:\n${faultLines(trusted.faults)}`);
    const before = earlier.value.checkpoint;
    if (before.origin !== origin)
      throw new CommandFailure(`${options.since} is of another log, ${before.origin}.`);
    // Before the whole is read: what a liar still shows is kept first.
    const isContinued = before.size <= size && (await opened(reader.extends(before.size, before.root)));
    if (!isContinued) {
      const { keepContradiction } = await import('./fork-check.ts');
      throw await keepContradiction(
        earlier.value,
        signed,
        source,
        options.evidence ?? `${options.since}.fork`,
      );
    }
    consistentFrom = before.size;
  }
  const report = await walked(source, signed.checkpoint, context);
  context.result({
    origin,
    size,
    root: Buffer.from(root).toString('hex'),
    witnesses: verdict.witnesses,
    quorumTime: verdict.time,
    consistentFrom,
    ...counts(report),
  });
  context.print(`log         ${origin}`);
  context.print(`entries     ${size}, each held against its leaf and the signed root`);
  context.print(`tiles       ${report.tiles}, and ${report.bundles} bundles of entries`);
  context.print(`witnessed   ${witnessedLine(policy, verdict)}`);
  if (consistentFrom !== null)
    context.print(`history     continues the checkpoint of ${consistentFrom} entries`);
  context.print('Everything that was read holds.');
}

/** `aboveboard log fsck`: all faults of the tiles and entries under the newest checkpoint. */
export async function checkLog(
  name: string,
  source: TileSource,
  options: { policy?: string },
  context: CommandContext,
): Promise<FsckReport & { name: string }> {
  const bytes = await opened(readPath(source, 'checkpoint', NOTE_BYTES_LIMIT));
  if (!bytes) throw new CommandFailure(`There is no checkpoint in ${name}.`);
  const signed = parseCheckpoint(bytes);
  if (!signed.ok)
    throw new CommandFailure(`The checkpoint of ${name} can’t be read:\n${faultLines(signed.faults)}`);
  if (options.policy) {
    const trusted = verifyCheckpoint(signed.value, await readPolicy(options.policy));
    if (!trusted.ok) throw new CommandFailure(`The checkpoint of ${name}:\n${faultLines(trusted.faults)}`);
  }
  const report = await fsck(source, signed.value.checkpoint, (entries) =>
    context.progress(`${name}: ${entries} of ${signed.value.checkpoint.size} entries`),
  );
  return { name, ...report };
}

/** `aboveboard log proof`: a file that shows offline that an entry is in the log. */
export async function proveEntry(
  where: string,
  options: { policy: string; index?: number; entry?: string; out: string; entryOut?: string },
  context: CommandContext,
): Promise<void> {
  const { index: wanted, entry: file } = options;
  if ((wanted === undefined) === (file === undefined)) {
    throw new UsageError('Name the entry: --index NUMBER, or --entry FILE with its bytes.');
  }
  const policy = await readPolicy(options.policy);
  const { signed, reader } = await opened(openLog(logSource(where), policy));
  let index = wanted ?? -1;
  if (file !== undefined) {
    const leaf = leafHash(new Uint8Array(await given(file)));
    for await (const one of reader.entries()) {
      if (one.index % 4096 === 0) context.progress(`entry ${one.index} of ${reader.size}`);
      if (sameHash(leafHash(one.entry), leaf)) index = one.index;
      if (index >= 0) break;
    }
    if (index < 0) throw new CommandFailure(`The log has no such entry among its ${reader.size}.`);
  }
  if (index >= reader.size) throw new UsageError(`The log has ${reader.size} entries; the first is 0.`);
  const proof = await opened(reader.proof(index, signed));
  await writeFile(options.out, formatProof(proof));
  if (options.entryOut) await writeFile(options.entryOut, await opened(reader.entry(index)));
  context.result({ index, size: reader.size, proof: options.out, entry: options.entryOut ?? null });
  context.print(`Entry ${index} of ${reader.size}: its proof is in ${options.out}.`);
}

async function walked(
  source: TileSource,
  tree: Parameters<typeof fsck>[1],
  context: CommandContext,
): Promise<FsckReport> {
  const report = await fsck(source, tree, (entries) =>
    context.progress(`${entries} of ${tree.size} entries`),
  );
  if (report.faultCount === 0) return report;
  context.result({ ...counts(report), faults: report.faults });
  throw new CommandFailure(
    `The log is faulty (${report.faultCount}):\n${faultLines(report.faults.slice(0, 20))}`,
  );
}

export function counts({ entries, tiles, bundles, bytes, faultCount }: FsckReport) {
  return { entries, tiles, bundles, bytes, faultCount };
}

async function given(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
}

/** What a log does wrong, as a sentence with its rules. */
async function opened<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const why = error.code === 'unavailable' ? 'The log could not be read' : 'The log does not hold';
    throw new CommandFailure(`${why}:\n${faultLines(error.faults)}`, { cause: error });
  }
}
