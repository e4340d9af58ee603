import { createHash } from 'node:crypto';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import {
  keysApart,
  type LoggedReleases,
  manifestsApart,
  orderFaults,
  TasksBefore,
} from '@aboveboard/dataset/release/release-after';
import type { ReleaseManifest } from '@aboveboard/dataset/release/release-manifest';
import { ReleaseDamaged, releaseReader } from '@aboveboard/dataset/release/release-reading';
import type { OpenedTask } from '@aboveboard/dataset/release/task-marks';
import type { Fault } from '@aboveboard/protocol/fault';
import { LogError } from '@aboveboard/tlog/log-fault';
import { openLog } from '@aboveboard/tlog/log-reader';
import { type CommandContext, CommandFailure } from './command.ts';
import { logSource } from './log-source.ts';
import {
  checkReleaseFolder,
  readManifestIn,
  readReleaseKeys,
  releaseFolder,
  releaseGzip,
} from './release-folder.ts';
import { readOrigins } from './release-origins.ts';
import { faultLines, readPolicy } from './trust-file.ts';

export type ApartAsk = {
  before: string;
  after: string;
  keys: { before: string; after: string } | null;
  /** Of the release before; inside alone. */
  origins: string | null;
  log: { where: string; policy: string } | null;
};

/** `shown`: what was held against each other and holds; `open`: what was not asked for here. `entry`: where the log says it. */
export type Apart = { faults: Fault[]; shown: string[]; open: string[]; entry: number | null };

type Held = { folder: string; manifest: ReleaseManifest; digest: string };

export async function checkApart(context: CommandContext, ask: ApartAsk): Promise<Apart> {
  const [before, after] = [await held(ask.before), await held(ask.after)];
  const result: Apart = { faults: [], shown: [], open: [], entry: null };
  /** What has no fault is shown by this; what is null was not asked for. */
  const take = (what: string, faults: readonly Fault[] | null) => {
    if (faults === null) result.open.push(what);
    else if (faults.length === 0) result.shown.push(what);
    else result.faults.push(...faults);
  };
  take('the release after is whole', (await checkReleaseFolder(after.folder)).faults);
  take(
    'no id, shard or card of the release before is in it',
    manifestsApart(before.manifest, after.manifest),
  );
  take(
    'the log says of the one before that something was withdrawn, and then has the one after',
    ask.log && orderFaults(await loggedOf(ask.log, before.digest, after.digest)),
  );
  const inside = ask.origins === null ? null : await insideOf(context, ask.origins, before, after);
  const opened = ask.keys && (await openedFaults(context, ask.keys, { before, after, gone: inside?.gone }));
  take('no key and no made-up text of the release before is in it', opened?.drawn ?? null);
  take('nothing that tasks which are gone alone had is in it', inside && (opened?.marks ?? null));
  take('no recording that was erased is in it, by the register', inside?.faults ?? null);
  if (inside !== null && result.faults.length === 0) {
    const { name: dataset, version } = after.manifest;
    const act = {
      kind: 'dataset-apart' as const,
      dataset,
      version,
      manifest: after.digest,
      before: before.digest,
    };
    const { index } = await inside.uses.record(
      { role: 'system', account: null },
      act,
      `dataset-apart:${createHash('sha256').update(`${before.digest} ${after.digest}`).digest('hex')}`,
    );
    result.entry = index;
  }
  return result;
}

async function held(folder: string): Promise<Held> {
  return { folder, ...(await readManifestIn(folder)) };
}

/** What was made up and what was there, of the one before, held against each task of the one after. */
async function openedFaults(
  context: CommandContext,
  files: { before: string; after: string },
  { before, after, gone }: { before: Held; after: Held; gone: ReadonlySet<string> | undefined },
): Promise<{ drawn: Fault[]; marks: Fault[] }> {
  const keys = {
    before: await readReleaseKeys(files.before, before.manifest.id),
    after: await readReleaseKeys(files.after, after.manifest.id),
  };
  const known = new TasksBefore(gone ?? null);
  const faults = keysApart(keys.before, keys.after);
  try {
    for await (const task of tasksOf(before, keys.before, context)) known.add(task);
    for await (const task of tasksOf(after, keys.after, context)) faults.push(...known.faultsOf(task));
  } catch (error) {
    throw error instanceof ReleaseDamaged ? new CommandFailure(`REL54: ${error.message}.`) : error;
  }
  const isMark = ({ rule }: Fault) => rule === 'REL113';
  return { drawn: faults.filter((fault) => !isMark(fault)), marks: faults.filter(isMark) };
}

async function* tasksOf(
  { folder, manifest }: Held,
  keys: Readonly<Record<string, string>>,
  context: CommandContext,
): AsyncGenerator<OpenedTask> {
  const store = releaseFolder(folder);
  const reader = releaseReader(store, manifest, keys, { subtle: crypto.subtle, gunzip: releaseGzip.gunzip });
  for (const [i, entry] of manifest.tasks.entries()) {
    context.progress(`task ${i + 1} of ${manifest.tasks.length}`);
    const pictures = (await reader.pictures(entry)).map(({ bytes }) =>
      createHash('sha256').update(bytes).digest('hex'),
    );
    yield { ...(await reader.task(entry)), trees: await reader.trees(entry), pictures };
  }
}

/** The register and the origins together say which tasks are gone. It names no one, and leaves nothing behind. */
async function insideOf(context: CommandContext, file: string, before: Held, after: Held) {
  const origins = await readOrigins(file, before.digest);
  const { releases, uses } = await context.installation();
  const between = await releases.between(before.digest, after.digest);
  if (between === null) throw new CommandFailure('LIN1: the register does not have both of these releases.');
  const away = new Set(between.gone);
  const gone = new Set([...origins].filter(([, recording]) => away.has(recording)).map(([task]) => task));
  const wrong = (at: string, message: string): Fault => ({ rule: 'REL114', at, message });
  const faults = [
    ...(between.erased ? [wrong('register', 'has a recording in the release after that was erased')] : []),
    ...(gone.size === 0
      ? [wrong('register', 'has all recordings of the release before in the one after')]
      : []),
    ...before.manifest.tasks
      .filter(({ id }) => !origins.has(id))
      .map(({ id }) => wrong(`task ${id}`, 'has no origin')),
  ];
  return { gone, faults, uses };
}

/** Where the log of uses, as far as a trusted checkpoint goes, has these. */
async function loggedOf(
  log: { where: string; policy: string },
  before: string,
  after: string,
): Promise<LoggedReleases> {
  const policy = await readPolicy(log.policy);
  const said: LoggedReleases = { entered: null, withdrawn: null, enteredAfter: null };
  try {
    const { reader } = await openLog(logSource(log.where), policy);
    for await (const { index, entry } of reader.entries()) {
      const read = readUsesEntry(entry);
      if (!read.ok || read.value.kind !== 'plain') continue;
      const { act } = read.value.use;
      if (act.kind === 'dataset' && act.manifest === before) said.entered ??= index;
      if (act.kind === 'dataset' && act.manifest === after) said.enteredAfter ??= index;
      if (act.kind === 'dataset-withdrawn' && act.manifest === before) said.withdrawn ??= index;
    }
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw new CommandFailure(`The log does not hold:\n${faultLines(error.faults)}`, { cause: error });
  }
  return said;
}
