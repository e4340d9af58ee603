import type { Demonstration } from './demonstration.ts';
import type { PictureSize } from './dialect.ts';
import type { ExportAccount, ExportSink } from './export-recording.ts';
import { ACTION_NAMES, leRobotAction, pointerAfter } from './lerobot-action.ts';
import { FeatureStats, PictureStats } from './lerobot-stats.ts';
import { type LeRobotColumn, type LeRobotRow, LeRobotTable } from './lerobot-table.ts';
import type { PageCompressor } from './parquet-table.ts';
import type { TaskSaid } from './task-tables.ts';

const CHUNK_FILES = 1000;
const FILE_MEGABYTES = 100;
const DATA_PATH = 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet';

/** On which side of the split by person a task is; all are on the first where none was made. */
export type LeRobotSide = 'train' | 'test';

/** What does not come back out of it (EXP78). */
export const LEROBOT_LOSES: readonly string[] = [
  'boxes of what was acted on',
  'trees of the interface',
  'the picture at the end',
  'where in a picture the page lies',
  'digits of places beyond 32 bits',
  'measures of quality',
  'an empty reason, which reads as none',
];

/** Size of every picture, and how one is decoded: three bytes a pixel, row by row; it may reject. */
export type LeRobotPictures = PictureSize & { rgb: (png: Uint8Array) => Promise<Uint8Array> };

type Feature = { dtype: string; shape: number[]; names: string[] | null };
const one = (dtype: string): Feature => ({ dtype, shape: [1], names: null });
/** Not under `action` or `observation`: what stands there LeRobot hands to policies, which know numbers alone. */
const TEXTS = ['step.button', 'step.held', 'step.text', 'step.keys', 'step.path', 'step.reason'];
const INDICES = ['frame_index', 'episode_index', 'index', 'task_index'];

/**
 * LeRobot 3.0 (spec/dataset-formats.md, EXP70-EXP78): a task is an episode, a step a frame, a frame a second, for a release knows
 * no times. Add tasks of the one side, then of the other, then finish.
 */
export class LeRobotExport {
  /** Holds the pictures of the task that is read until it is added. */
  readonly pictures: ExportSink;
  readonly #drawn = new Map<string, Uint8Array>();
  readonly #sink: ExportSink;
  readonly #account: ExportAccount;
  readonly #zstd: PageCompressor;
  readonly #size: LeRobotPictures | null;
  readonly #pictureStats = new PictureStats();
  readonly #fileBytes: number;
  readonly #features: Record<string, Feature>;
  readonly #columns: LeRobotColumn[];
  readonly #stats = new Map<string, FeatureStats>();
  readonly #tasks = new Map<string, number>();
  readonly #episodes: LeRobotRow[] = [];
  readonly #ofSide: { side: LeRobotSide; episodes: number }[] = [];
  #frames = 0;
  #file: { table: LeRobotTable; number: number } | null = null;

  /** `size`: of every picture; tasks with others are left out (EXP73). Null: no pictures. */
  constructor(
    sink: ExportSink,
    account: ExportAccount,
    zstd: PageCompressor,
    { size, fileBytes = FILE_MEGABYTES << 20 }: { size: LeRobotPictures | null; fileBytes?: number },
  ) {
    this.#sink = sink;
    this.#account = account;
    this.#zstd = zstd;
    this.#size = size;
    this.#fileBytes = fileBytes;
    const hold = async (name: string, bytes: Uint8Array) => void this.#drawn.set(name, bytes);
    this.pictures = { write: hold, append: async () => undefined };
    this.#features = {
      ...(size
        ? {
            'observation.image': {
              dtype: 'image',
              shape: [size.height, size.width, 3],
              names: ['height', 'width', 'channel'],
            },
          }
        : {}),
      'observation.state': { dtype: 'float32', shape: [2], names: ['pointer_x', 'pointer_y'] },
      action: { dtype: 'float32', shape: [ACTION_NAMES.length], names: [...ACTION_NAMES] },
      ...Object.fromEntries(TEXTS.map((name) => [name, one('string')])),
      'step.masked': one('bool'),
      'next.done': one('bool'),
      timestamp: one('float32'),
      ...Object.fromEntries(INDICES.map((name) => [name, one('int64')])),
    };
    this.#columns = Object.entries(this.#features).map(([name, { dtype, shape }]) => ({
      name,
      cell:
        dtype === 'image'
          ? 'picture'
          : (shape[0] ?? 1) > 1
            ? 'floats'
            : (dtype as 'string' | 'bool' | 'float32' | 'int64'),
    }));
  }

  async add(
    shown: Demonstration,
    { template, applications }: TaskSaid,
    side: LeRobotSide = 'train',
  ): Promise<void> {
    const { id, instruction, worked, stands = null } = shown;
    const last = this.#ofSide.at(-1);
    if (last?.side !== side && this.#ofSide.some((one) => one.side === side))
      throw new RangeError('tasks of a side stand in a row');
    const taken = await this.#rowsOf(shown);
    this.#drawn.clear();
    if (typeof taken === 'string') {
      this.#account.leaveOut(taken);
      return;
    }
    const task = this.#tasks.get(instruction) ?? this.#tasks.size;
    this.#tasks.set(instruction, task);
    const episode = this.#episodes.length;
    const from = this.#frames;
    const rows = taken.map((row, i) => ({
      ...row,
      timestamp: i,
      frame_index: i,
      episode_index: episode,
      index: from + i,
      task_index: task,
    }));
    for (const row of rows) this.#count(row);
    const { table, number } = await this.#fileFor();
    await table.group(rows);
    this.#frames += rows.length;
    const place = { chunk: Math.floor(number / CHUNK_FILES), file: number % CHUNK_FILES };
    this.#episodes.push({
      episode_index: episode,
      tasks: [instruction],
      length: rows.length,
      dataset_from_index: from,
      dataset_to_index: from + rows.length,
      'data/chunk_index': place.chunk,
      'data/file_index': place.file,
      'meta/episodes/chunk_index': 0,
      'meta/episodes/file_index': 0,
      task_id: id,
      worked,
      stands,
      card: template,
      applications,
    });
    if (last?.side === side) last.episodes++;
    else this.#ofSide.push({ side, episodes: 1 });
    this.#account.recordings++;
    this.#account.actions += rows.length;
    if (this.#size) this.#account.frames += rows.length;
  }

  async finish(): Promise<void> {
    await this.#file?.table.finish();
    const written = { sink: this.#sink, zstd: this.#zstd };
    const tasks = new LeRobotTable('meta/tasks.parquet', TASK_COLUMNS, { ...written, index: 'task' });
    await tasks.group([...this.#tasks].map(([task, task_index]) => ({ task, task_index })));
    await tasks.finish();
    const episodes = new LeRobotTable('meta/episodes/chunk-000/file-000.parquet', EPISODE_COLUMNS, written);
    await episodes.group(this.#episodes);
    await episodes.finish();
    await this.#json('meta/info.json', {
      codebase_version: 'v3.0',
      robot_type: 'browser',
      total_episodes: this.#episodes.length,
      total_frames: this.#frames,
      total_tasks: this.#tasks.size,
      chunks_size: CHUNK_FILES,
      data_files_size_in_mb: FILE_MEGABYTES,
      video_files_size_in_mb: 200,
      fps: 1,
      splits: this.#splits(),
      data_path: DATA_PATH,
      video_path: null,
      features: this.#features,
    });
    const stats = [...this.#stats].map(([name, of]) => [name, of.said()] as const);
    await this.#json('meta/stats.json', {
      ...(this.#size && this.#frames > 0 ? { 'observation.image': this.#pictureStats.said() } : {}),
      ...Object.fromEntries(stats),
    });
  }

  /** Rows without what counts them; or the rule by which the task is not in. */
  async #rowsOf({ steps }: Demonstration): Promise<LeRobotRow[] | string> {
    let pointer = { x: -1, y: -1 };
    const rows: LeRobotRow[] = [];
    const seen = new PictureStats();
    for (const [i, step] of steps.entries()) {
      const said = leRobotAction(step.action);
      if (said === null) return `not-in-the-format-${step.action.kind}`;
      const row: LeRobotRow = {
        ...said,
        'observation.state': [pointer.x, pointer.y],
        'step.masked': step.masked,
        'step.reason': step.thought ?? '',
        'next.done': i === steps.length - 1,
      };
      if (this.#size) {
        const { picture } = step;
        const bytes = picture && this.#drawn.get(`images/${picture.name}`);
        if (!picture || !bytes) return 'no-picture';
        if (picture.width !== this.#size.width || picture.height !== this.#size.height)
          return 'other-size-of-picture';
        const rgb = await this.#size.rgb(bytes).catch(() => null);
        if (rgb?.length !== picture.width * picture.height * 3) return 'unread-picture';
        seen.add(rgb);
        row['observation.image'] = { bytes, path: picture.name };
      }
      rows.push(row);
      pointer = pointerAfter(step) ?? pointer;
    }
    if (rows.length === 0) return 'no-steps';
    // Not before the task is known to be in: what is left out counts in no figure.
    this.#pictureStats.merge(seen);
    return rows;
  }

  #count(row: LeRobotRow): void {
    for (const [name, { dtype }] of Object.entries(this.#features)) {
      if (dtype === 'string' || dtype === 'image') continue;
      const stats = this.#stats.get(name) ?? new FeatureStats();
      this.#stats.set(name, stats);
      const value = row[name];
      stats.add(Array.isArray(value) ? (value as number[]) : [Number(value)]);
    }
  }

  /** An episode stands in one file: whoever reads it opens no other. */
  async #fileFor(): Promise<{ table: LeRobotTable; number: number }> {
    if (this.#file && this.#file.table.size < this.#fileBytes) return this.#file;
    await this.#file?.table.finish();
    const number = this.#file ? this.#file.number + 1 : 0;
    const [chunk, file] = [Math.floor(number / CHUNK_FILES), number % CHUNK_FILES].map((n) =>
      String(n).padStart(3, '0'),
    );
    const name = `data/chunk-${chunk}/file-${file}.parquet`;
    this.#file = {
      table: new LeRobotTable(name, this.#columns, { sink: this.#sink, zstd: this.#zstd }),
      number,
    };
    return this.#file;
  }

  /** Ranges of episodes. */
  #splits(): Record<string, string> {
    const splits: Record<string, string> = {};
    let from = 0;
    for (const { side, episodes } of this.#ofSide) {
      splits[side] = `${from}:${from + episodes}`;
      from += episodes;
    }
    return splits;
  }

  #json(name: string, said: unknown): Promise<void> {
    return this.#sink.write(name, new TextEncoder().encode(`${JSON.stringify(said, null, 2)}\n`));
  }
}

const TASK_COLUMNS: LeRobotColumn[] = [
  { name: 'task_index', cell: 'int64' },
  { name: 'task', cell: 'string' },
];
const EPISODE_COLUMNS: LeRobotColumn[] = [
  { name: 'episode_index', cell: 'int64' },
  { name: 'tasks', cell: 'texts' },
  ...[
    'length',
    'dataset_from_index',
    'dataset_to_index',
    'data/chunk_index',
    'data/file_index',
    'meta/episodes/chunk_index',
    'meta/episodes/file_index',
  ].map((name): LeRobotColumn => ({ name, cell: 'int64' })),
  { name: 'task_id', cell: 'string' },
  { name: 'worked', cell: 'bool' },
  { name: 'stands', cell: 'string' },
  { name: 'card', cell: 'string' },
  { name: 'applications', cell: 'texts' },
];
