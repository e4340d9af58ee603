import { zstdCompressSync } from 'node:zlib';
import { writeTrajectory } from '@aboveboard/dataset/export/agentnet';
import { writeBenchTask } from '@aboveboard/dataset/export/agentnet-bench';
import { anthropic } from '@aboveboard/dataset/export/anthropic';
import { writeAtif } from '@aboveboard/dataset/export/atif';
import type { Demonstration } from '@aboveboard/dataset/export/demonstration';
import type { Dialect } from '@aboveboard/dataset/export/dialect';
import {
  ExportAccount,
  type ExportReport,
  type ExportSink,
} from '@aboveboard/dataset/export/export-recording';
import { LEROBOT_LOSES } from '@aboveboard/dataset/export/lerobot';
import { openai } from '@aboveboard/dataset/export/openai';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { TaskTables } from '@aboveboard/dataset/export/task-tables';
import { uiTars } from '@aboveboard/dataset/export/ui-tars';
import { WebDataset } from '@aboveboard/dataset/export/webdataset';
import { ATTESTATION_NAME, type DigestedManifest } from '@aboveboard/dataset/release/attestation';
import { CARD_NAME } from '@aboveboard/dataset/release/card-page';
import { CROISSANT_NAME, croissantBytes, publishedOn } from '@aboveboard/dataset/release/croissant';
import type { ReleaseStore } from '@aboveboard/dataset/release/release-check';
import { MANIFEST_NAME, manifestBytes, plainName } from '@aboveboard/dataset/release/release-manifest';
import {
  ReleaseDamaged,
  type ReleaseReader,
  releaseReader,
} from '@aboveboard/dataset/release/release-reading';
import type { ReleasedTask } from '@aboveboard/dataset/release/released-task';
import { CommandFailure } from './command.ts';
import { readManifestIn, readReleaseKeys, releaseFolder, releaseGzip } from './release-folder.ts';

type Writer = (
  shown: Demonstration,
  sink: ExportSink,
  account: ExportAccount,
  applications: readonly string[],
) => Promise<void>;

const inDialect =
  (dialect: Dialect): Writer =>
  (shown, sink, account) =>
    writeTrajectory(shown, sink, account, dialect);

/** Formats that are written from a task by itself. */
const WRITERS: Readonly<Record<string, Writer>> = {
  agentnet: inDialect(pyautogui),
  openai: inDialect(openai),
  anthropic: inDialect(anthropic),
  'ui-tars': inDialect(uiTars),
  atif: writeAtif,
  'agentnet-bench': (shown, sink, account, applications) =>
    writeBenchTask(shown, applications, sink, account),
};
export const RELEASE_FORMATS: readonly string[] = [
  'shards',
  'parquet',
  'webdataset',
  'lerobot',
  ...Object.keys(WRITERS),
];

/** Every task that a key is there for; the first that is not what the manifest says ends it. */
export async function exportRelease(
  options: { folder: string; keys: string; format: string; progress: (line: string) => void },
  sink: ExportSink,
): Promise<ExportReport> {
  const { folder, format, progress } = options;
  const { manifest, digest } = await readManifestIn(folder);
  if (manifest.level === 'vault')
    throw new CommandFailure('Refused by REL17: what is at the level vault does not leave it.');
  const keys = await readReleaseKeys(options.keys, manifest.id);
  const store = releaseFolder(folder);
  const reader = releaseReader(store, manifest, keys, { subtle: crypto.subtle, gunzip: releaseGzip.gunzip });
  const account = new ExportAccount();
  const zstd = (page: Uint8Array) => new Uint8Array(zstdCompressSync(page));
  const samples = format === 'webdataset' ? new WebDataset(sink, account) : null;
  const tables = format === 'parquet' ? new TaskTables(sink, account, zstd) : samples;
  try {
    if (format === 'lerobot') {
      // What decodes pictures is loaded by who needs it.
      const { writeLeRobot } = await import('./release-lerobot.ts');
      await writeLeRobot(manifest, { reader, zstd, progress }, account, sink);
    } else
      for (const [i, task] of manifest.tasks.entries()) {
        progress(`task ${i + 1} of ${manifest.tasks.length}`);
        if (format === 'shards') {
          for (const shard of task.shards) {
            const plain = await reader.plain(task, shard.kind);
            if (plain) await sink.write(plainName(shard), plain);
          }
          account.recordings++;
        } else {
          const { template, applications, ...shown } = await readTask(
            reader,
            task,
            samples?.pictures ?? sink,
            account,
          );
          if (tables) await tables.add(shown, { template, applications }, await reader.trees(task));
          else await (WRITERS[format] as Writer)(shown, sink, account, applications);
        }
      }
    await tables?.finish();
  } catch (error) {
    throw error instanceof ReleaseDamaged ? new CommandFailure(`REL54: ${error.message}.`) : error;
  }
  const report = account.report();
  if (format !== 'shards') {
    const loses = format === 'lerobot' ? { loses: LEROBOT_LOSES } : {};
    const said = { format, release: manifest.id, ...report, ...loses };
    await sink.write('export.json', new TextEncoder().encode(`${JSON.stringify(said, null, 2)}\n`));
    return report;
  }
  await copyBeside(store, { manifest, digest }, sink);
  return report;
}

/** What goes with plain shards: the card and the attestation as they are, and what Croissant says of these files on the same day. */
async function copyBeside(
  store: ReleaseStore,
  { manifest, digest }: DigestedManifest,
  sink: ExportSink,
): Promise<void> {
  for (const name of [CARD_NAME, ATTESTATION_NAME, MANIFEST_NAME]) {
    const bytes = await store.read(name);
    if (bytes !== null) await sink.write(name, bytes);
  }
  const said = await store.read(CROISSANT_NAME);
  const published = said && publishedOn(said);
  if (!published) return;
  const bytes = manifestBytes(manifest).length;
  await sink.write(CROISSANT_NAME, croissantBytes({ manifest, digest, bytes, published, plain: true }));
}

async function readTask(
  reader: ReleaseReader,
  task: Parameters<ReleaseReader['task']>[0],
  sink: ExportSink,
  account: ExportAccount,
): Promise<ReleasedTask> {
  for (const { name, bytes } of await reader.pictures(task)) {
    await sink.write(`images/${name}`, bytes);
    account.frames++;
  }
  return reader.task(task);
}
