import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { exportTrajectory } from '@aboveboard/dataset/export/agentnet';
import { BENCH_LOSES, exportBenchTask } from '@aboveboard/dataset/export/agentnet-bench';
import { anthropic } from '@aboveboard/dataset/export/anthropic';
import { exportAtif } from '@aboveboard/dataset/export/atif';
import type { Dialect } from '@aboveboard/dataset/export/dialect';
import {
  ExportAccount,
  type ExportReport,
  type ExportSink,
} from '@aboveboard/dataset/export/export-recording';
import { openai } from '@aboveboard/dataset/export/openai';
import { ParquetExport } from '@aboveboard/dataset/export/parquet';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { uiTars } from '@aboveboard/dataset/export/ui-tars';
import { surrogatedRecording } from '@aboveboard/dataset/surrogated-recording';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import type { Installation } from '@aboveboard/server/installation';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { renderedFrames } from '@aboveboard/server/rendering/rendered-frames';
import type { ExportFormat } from './export-format.ts';
import { openForPurpose, readerUnder } from './opened-recording.ts';

const DIALECTS: Readonly<Record<Exclude<ExportFormat, 'parquet'>, Dialect>> = {
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
  /** Of movement (spec/movement.md). Without it `release`, but of tables `vault`, which is all that they have. */
  level?: 'vault' | 'release';
  /** False: masked text is what stands in the recording. By default plausible text stands there (MASK39). */
  surrogates?: boolean;
  /** Id of the grant that what contributors released is read under. */
  grant?: string | undefined;
  progress: (line: string) => void;
};

/** What `export.json` says of movement: the level, and how many points are as they were (MOV14). */
export type ExportMovement = { level: 'vault' | 'release'; keptPoints: number | null };

/** The access is journalled, for all of them at once, before the first is opened (T13). */
export async function exportRecordings(
  installation: Installation,
  ids: readonly string[],
  sink: ExportSink,
  options: ExportOptions,
): Promise<ExportReport & { movement: ExportMovement }> {
  const { format, progress } = options;
  const level = options.level ?? (format === 'parquet' ? 'vault' : 'release');
  const by = await readerUnder(installation, options.grant);
  const open = await openForPurpose(installation, { kind: 'dataset', by }, ids);
  const account = new ExportAccount();
  // Fresh for each release, kept nowhere (MASK37).
  const salt = randomBytes(16).toString('hex');
  const parquet =
    format === 'parquet'
      ? new ParquetExport(sink, account, (page) => new Uint8Array(zstdCompressSync(page)))
      : null;
  let renderer: FrameRenderer | null = null;
  try {
    for (const [i, id] of ids.entries()) {
      progress(`recording ${i + 1} of ${ids.length}`);
      const opened = await open(id);
      const recording =
        options.surrogates === false ? opened : surrogatedRecording(opened, { salt, task: id });
      if (options.frames && isDrawable(recording)) renderer ??= await FrameRenderer.start({ bars: true });
      const frames =
        renderer && isDrawable(recording) ? renderedFrames(renderer, recording, { tree: true }) : null;
      const { settled = false, perSecond = 0 } = options;
      const pictures = {
        frames,
        settled,
        perSecond,
        // A key for each recording, from the platform, and kept nowhere (MOV6).
        ...(level === 'release' ? { movement: new Drawing(new Uint8Array(randomBytes(32))) } : {}),
      };
      if (parquet) await parquet.add(recording, pictures);
      else if (format === 'atif') await exportAtif(recording, sink, account, pictures);
      else if (format === 'agentnet-bench') await exportBenchTask(recording, sink, account, pictures);
      else {
        const dialect = DIALECTS[format as Exclude<ExportFormat, 'parquet'>];
        await exportTrajectory(recording, sink, account, { dialect, ...pictures });
      }
    }
    await parquet?.finish();
  } finally {
    await renderer?.close();
  }
  const report = account.report();
  const loses =
    format === 'parquet' ? [] : format === 'agentnet-bench' ? BENCH_LOSES : DIALECTS[format].loses;
  const movement = { level, keptPoints: level === 'vault' ? null : account.keptPoints };
  const surrogates = options.surrogates !== false;
  const file = { format, ...report, movement, surrogates, loses };
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

/** A desktop import holds controls for targets, not an interface that could be drawn. */
function isDrawable({ manifest }: Pick<OpenedRecording, 'manifest'>): boolean {
  return manifest.counts.states > 0 && (manifest.class !== 'foreign' || manifest.origin?.format === 'rrweb');
}
