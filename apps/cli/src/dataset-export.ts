import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { writeTrajectory } from '@aboveboard/dataset/export/agentnet';
import { BENCH_LOSES, writeBenchTask } from '@aboveboard/dataset/export/agentnet-bench';
import { anthropic } from '@aboveboard/dataset/export/anthropic';
import { writeAtif } from '@aboveboard/dataset/export/atif';
import { readDemonstration } from '@aboveboard/dataset/export/demonstration';
import type { Dialect } from '@aboveboard/dataset/export/dialect';
import {
  ExportAccount,
  type ExportRecording,
  type ExportReport,
  type ExportSink,
} from '@aboveboard/dataset/export/export-recording';
import { type ExportedTask, exportedTasks, shownTask } from '@aboveboard/dataset/export/exported-task';
import { openai } from '@aboveboard/dataset/export/openai';
import { ParquetExport } from '@aboveboard/dataset/export/parquet';
import type { PictureOptions } from '@aboveboard/dataset/export/pictures';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { TaskTables } from '@aboveboard/dataset/export/task-tables';
import { uiTars } from '@aboveboard/dataset/export/ui-tars';
import { WebDataset } from '@aboveboard/dataset/export/webdataset';
import { ShownTrees } from '@aboveboard/dataset/shown-tree';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import type { Installation } from '@aboveboard/server/installation';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { renderedFrames } from '@aboveboard/server/rendering/rendered-frames';
import type { AgreedLiterals } from './agreed-literals.ts';
import type { ExportFormat } from './export-format.ts';
import { openForPurpose, readerUnder } from './opened-recording.ts';

/** Formats that hold the recording's own terms, and lose nothing by a dialect. */
type OwnTerms = 'parquet' | 'webdataset';

const DIALECTS: Readonly<Record<Exclude<ExportFormat, OwnTerms>, Dialect>> = {
  atif: anthropic,
  'agentnet-bench': pyautogui,
  agentnet: pyautogui,
  pyautogui,
  openai,
  anthropic,
  'ui-tars': uiTars,
};

export type ExportOptions = {
  format: ExportFormat;
  /** Draw the frames before actions. */
  frames: boolean;
  /** Draw those besides: whenever a page settles; so many a second. */
  settled?: boolean;
  perSecond?: number;
  /** Of movement (spec/movement.md); without it `release`. */
  level?: 'vault' | 'release';
  /** At `release`: longer tasks are not cut at subgoals (MOV54). */
  whole?: boolean;
  /** Told of each part whose it is; nothing that is exported says it. */
  onPart?: (part: string, recording: string) => void;
  /** False: masked text is what stands in the recording. By default plausible text stands there (MASK39). */
  surrogates?: boolean;
  /** Labels that agreements list as an application's own (MASK39). */
  literals?: AgreedLiterals;
  /** Id of the grant that what contributors released is read under. */
  grant?: string | undefined;
  progress: (line: string) => void;
};

/** What `export.json` says of movement: the level, how many points are as they were (MOV14), and what was cut (MOV50). */
export type ExportMovement = {
  level: 'vault' | 'release';
  keptPoints: number | null;
  /** Pictures that show the window's own size (MOV61). */
  keptWindows: number | null;
  /** Longer tasks are whole, because that was asked for. */
  whole: boolean;
  /** Tasks that are parts of one, and how many cuts no subgoal gave a place for. */
  parts: number;
  withoutSubgoal: number;
};

/** The access is journalled, for all of them at once, before the first is opened (T13). */
export async function exportRecordings(
  installation: Installation,
  ids: readonly string[],
  sink: ExportSink,
  options: ExportOptions,
): Promise<ExportReport & { movement: ExportMovement }> {
  const { format, level = 'release', progress } = options;
  const whole = level === 'vault' || options.whole === true;
  const by = await readerUnder(installation, options.grant);
  const open = await openForPurpose(installation, { kind: 'dataset', by }, ids);
  const account = new ExportAccount();
  // Fresh for each release, kept nowhere (MASK37).
  const salt = options.surrogates === false ? null : randomBytes(16).toString('hex');
  const tasks: ExportedTask[] = [];
  let withoutSubgoal = 0;
  for (const [i, id] of ids.entries()) {
    progress(`recording ${i + 1} of ${ids.length}`);
    const freshId = () => freshRecordingId((length) => new Uint8Array(randomBytes(length)));
    const of = await exportedTasks(await open(id), { whole, freshId });
    tasks.push(...of.tasks);
    withoutSubgoal += of.withoutSubgoal;
  }
  const parts = tasks.filter(({ part }) => part !== null);
  for (const { id, of } of parts) options.onPart?.(id, of.manifest.id);
  // Not one recording's after the other: their order would put parts together again (MOV52).
  if (!whole) tasks.sort((a, b) => (a.id < b.id ? -1 : 1));
  const writer = writerOf(format, level, sink, account);
  let renderer: FrameRenderer | null = null;
  try {
    for (const [i, task] of tasks.entries()) {
      progress(`task ${i + 1} of ${tasks.length}`);
      const agreed = task.of.manifest.agreement?.digest ?? '';
      const recording = shownTask(task, salt, options.literals?.get(agreed));
      if (options.frames && isDrawable(recording)) renderer ??= await FrameRenderer.start({ bars: true });
      const frames =
        renderer && isDrawable(recording) ? renderedFrames(renderer, recording, { tree: true }) : null;
      const { settled = false, perSecond = 0 } = options;
      await writer.add(recording, task, {
        frames,
        settled,
        perSecond,
        // A key for each task, from the platform, and kept nowhere (MOV6).
        ...(level === 'release' ? { movement: new Drawing(new Uint8Array(randomBytes(32))) } : {}),
      });
    }
    await writer.finish();
  } finally {
    await renderer?.close();
  }
  const report = account.report();
  const loses = losesOf(format);
  const keptPoints = level === 'vault' ? null : account.keptPoints;
  const keptWindows = level === 'vault' ? null : account.keptWindows;
  const movement = { level, keptPoints, keptWindows, whole, parts: parts.length, withoutSubgoal };
  const file = { format, ...report, movement, surrogates: salt !== null, loses };
  const manifest = new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
  // In the uses log before the export is whole: without export.json it is none (T13).
  await installation.uses.record(
    { role: 'researcher', account: null },
    {
      kind: 'dataset',
      dataset: `export-${format}`,
      version: 1,
      manifest: createHash('sha256').update(manifest).digest('hex'),
      recordings: ids.length,
    },
  );
  await sink.write('export.json', manifest);
  return { ...report, movement };
}

type TaskWriter = {
  add(recording: ExportRecording, task: ExportedTask, pictures: PictureOptions): Promise<void>;
  finish(): Promise<void>;
};

function writerOf(
  format: ExportFormat,
  level: 'vault' | 'release',
  sink: ExportSink,
  account: ExportAccount,
): TaskWriter {
  const zstd = (page: Uint8Array) => new Uint8Array(zstdCompressSync(page));
  if (format === 'parquet' && level === 'vault') {
    const tables = new ParquetExport(sink, account, zstd);
    return {
      add: (recording, _, pictures) => tables.add(recording, pictures),
      finish: () => tables.finish(),
    };
  }
  const samples = format === 'webdataset' ? new WebDataset(sink, account) : null;
  const tables = format === 'parquet' ? new TaskTables(sink, account, zstd) : samples;
  return {
    async add(recording, { part, applications }, pictures) {
      const boxes = tables !== null || format === 'agentnet-bench';
      const interfaces = tables ? new ShownTrees() : null;
      const options = {
        ...pictures,
        boxes,
        ...(interfaces ? { interfaces } : {}),
        ...(part ? { part } : {}),
      };
      const shown = await readDemonstration(recording, samples?.pictures ?? sink, account, options);
      const { task } = recording.manifest;
      const template = task.kind === 'card' ? task.card.id : null;
      if (tables) await tables.add(shown, { template, applications }, interfaces?.list());
      else if (format === 'atif') await writeAtif(shown, sink, account);
      else if (format === 'agentnet-bench') await writeBenchTask(shown, applications, sink, account);
      else await writeTrajectory(shown, sink, account, DIALECTS[format as Exclude<ExportFormat, OwnTerms>]);
    },
    finish: async () => tables?.finish(),
  };
}

function losesOf(format: ExportFormat): readonly string[] {
  if (format === 'parquet' || format === 'webdataset') return [];
  return format === 'agentnet-bench' ? BENCH_LOSES : DIALECTS[format].loses;
}

/** A desktop import holds controls for targets, not an interface that could be drawn. */
function isDrawable({ manifest }: Pick<ExportRecording, 'manifest'>): boolean {
  return manifest.counts.states > 0 && (manifest.class !== 'foreign' || manifest.origin?.format === 'rrweb');
}
