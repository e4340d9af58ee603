import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/**
 * What a reader of LeRobot 3.0 relies on, written from the format's description and not from the exporter: files by their templates,
 * indices that run on, features that are what `info.json` says.
 */
export type LeRobotFeature = { dtype: string; shape: number[]; names: string[] | null };
export type LeRobotInfo = {
  codebase_version: string;
  total_episodes: number;
  total_frames: number;
  total_tasks: number;
  fps: number;
  chunks_size: number;
  splits: Record<string, string>;
  data_path: string;
  video_path: string | null;
  features: Record<string, LeRobotFeature>;
};
export type Rows = Record<string, unknown>[];
export type LeRobotData = { info: LeRobotInfo; episodes: Rows; tasks: Rows; frames: Rows; stats: Stats };
type Stats = Record<string, Record<string, unknown>>;

/** Columns that every dataset has. */
const OWN: Record<string, string> = {
  ...{
    timestamp: 'float32',
    frame_index: 'int64',
    episode_index: 'int64',
    index: 'int64',
    task_index: 'int64',
  },
};
const PHYSICAL: Record<string, string> = {
  ...{ float32: 'FLOAT', int64: 'INT64', bool: 'BOOLEAN', string: 'BYTE_ARRAY' },
};

export async function readLeRobot(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ data: LeRobotData; faults: string[] }> {
  const faults: string[] = [];
  const need = (ok: boolean, message: string) => {
    if (!ok) faults.push(message);
  };
  const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name) ?? new Uint8Array()));
  const rows = async (name: string): Promise<Rows> => {
    const bytes = files.get(name);
    if (!bytes) {
      faults.push(`${name} is missing`);
      return [];
    }
    return parquetReadObjects({ file: Uint8Array.from(bytes).buffer, compressors, utf8: false });
  };
  const info = json('meta/info.json') as LeRobotInfo;
  const stats = json('meta/stats.json') as Stats;
  need(info.codebase_version === 'v3.0', 'another version');
  need(Number.isInteger(info.fps) && info.fps > 0, 'no frames a second');
  const { features } = info;
  for (const [name, dtype] of Object.entries(OWN))
    need(features[name]?.dtype === dtype && String(features[name]?.shape) === '1', `feature ${name}`);
  for (const [name, { dtype, shape, names }] of Object.entries(features)) {
    need(/^[A-Za-z_.]+$/.test(name), `name of ${name}`);
    need(shape.length > 0 && shape.every((n) => Number.isInteger(n) && n > 0), `shape of ${name}`);
    const ofShape = dtype === 'image' || shape.length > 1 ? shape.length : shape[0];
    need(names === null || names.length === ofShape, `names of ${name}`);
    // What begins so is handed to policies.
    if (/^(action|observation)/.test(name))
      need(['float32', 'image'].includes(dtype), `${name} is nothing for a policy`);
    if (dtype === 'image') need(shape.length === 3 && shape[2] === 3, `shape of ${name}`);
    else need(Object.hasOwn(PHYSICAL, dtype), `type of ${name}`);
  }

  const tasks = await rows('meta/tasks.parquet');
  need(tasks.length === info.total_tasks, 'total_tasks');
  need(
    tasks.every((row, i) => Number(row['task_index']) === i),
    'indices of tasks',
  );
  need(pandasIndex(files.get('meta/tasks.parquet')) === 'task', 'pandas can not name tasks');
  const episodes = await rows('meta/episodes/chunk-000/file-000.parquet');
  need(episodes.length === info.total_episodes, 'total_episodes');

  const frames: Rows = [];
  const used = new Set<string>();
  const held = new Map<string, Rows>();
  for (const [e, episode] of episodes.entries()) {
    const number = (name: string) => Number(episode[name]);
    const name = info.data_path
      .replace('{chunk_index:03d}', String(number('data/chunk_index')).padStart(3, '0'))
      .replace('{file_index:03d}', String(number('data/file_index')).padStart(3, '0'));
    need(number('data/file_index') < info.chunks_size, `episode ${e}: file of a chunk`);
    if (!used.has(name)) {
      used.add(name);
      held.set(name, await rows(name));
      const bytes = files.get(name);
      if (bytes) faults.push(...columnFaults(name, bytes, features));
    }
    const length = number('length');
    const [from, to] = [number('dataset_from_index'), number('dataset_to_index')];
    need(number('episode_index') === e, `episode ${e}: index`);
    need(from === frames.length && to === from + length && length > 0, `episode ${e}: range`);
    const own = (held.get(name) ?? []).filter((row) => Number(row['episode_index']) === e);
    need(own.length === length, `episode ${e}: rows`);
    const named = new Set<unknown>();
    for (const [i, row] of own.entries()) {
      const at = `episode ${e} frame ${i}`;
      need(Number(row['index']) === from + i, `${at}: index`);
      need(Number(row['frame_index']) === i, `${at}: frame_index`);
      need(Math.abs(Number(row['timestamp']) - i / info.fps) < 1e-4, `${at}: timestamp`);
      named.add(tasks[Number(row['task_index'])]?.['task']);
      for (const [feature, said] of Object.entries(features))
        need(fits(row[feature], said), `${at}: ${feature}`);
      frames.push(row);
    }
    need(String([...named]) === String(episode['tasks']), `episode ${e}: tasks`);
  }
  need(frames.length === info.total_frames, 'total_frames');
  for (const name of files.keys())
    need(!name.startsWith('data/') || used.has(name), `${name} is of no episode`);
  const inRanges = Object.values(info.splits).flatMap((range) => {
    const [from = Number.NaN, to = Number.NaN] = range.split(':').map(Number);
    return Array.from({ length: to - from }, (_, i) => from + i);
  });
  need(String(inRanges) === String(episodes.map((_, i) => i)), 'splits');
  faults.push(...statsFaults(stats, info));
  return { data: { info, episodes, tasks, frames, stats }, faults };
}

function fits(value: unknown, { dtype, shape }: LeRobotFeature): boolean {
  const [length = 0] = shape;
  if (dtype === 'image') {
    const { bytes, path } = (value ?? {}) as { bytes?: Uint8Array; path?: string };
    if (!(bytes instanceof Uint8Array) || path?.includes('/')) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return (
      view.getUint32(0) === 0x89504e47 && view.getUint32(20) === length && view.getUint32(16) === shape[1]
    );
  }
  if (length > 1)
    return Array.isArray(value) && value.length === length && value.every((one) => Number.isFinite(one));
  if (dtype === 'string') return typeof value === 'string';
  if (dtype === 'bool') return typeof value === 'boolean';
  return dtype === 'int64' ? typeof value === 'bigint' : Number.isFinite(value);
}

/** Columns in the order of the features, of their types, as `datasets` maps them. */
function columnFaults(name: string, bytes: Uint8Array, features: Record<string, LeRobotFeature>): string[] {
  const { schema } = parquetMetadata(Uint8Array.from(bytes).buffer);
  const faults: string[] = [];
  const tops: { name: string; leaf: string | undefined; list: boolean }[] = [];
  for (let i = 1; i < schema.length; ) {
    const top = schema[i];
    let end = i + 1;
    for (let left = top?.num_children ?? 0; left > 0; left--) left += schema[end++]?.num_children ?? 0;
    const leaf = schema[end - 1];
    tops.push({ name: top?.name ?? '', leaf: leaf?.type, list: top?.converted_type === 'LIST' });
    i = end;
  }
  if (String(tops.map((top) => top.name)) !== String(Object.keys(features))) faults.push(`${name}: columns`);
  for (const { name: column, leaf, list } of tops) {
    const { dtype = '', shape = [] } = features[column] ?? {};
    if (dtype === 'image') continue;
    if (leaf !== PHYSICAL[dtype] || list !== (shape[0] ?? 0) > 1) faults.push(`${name}: type of ${column}`);
  }
  return faults;
}

function pandasIndex(bytes: Uint8Array | undefined): unknown {
  if (!bytes) return null;
  const { key_value_metadata: said } = parquetMetadata(Uint8Array.from(bytes).buffer);
  return JSON.parse(said?.find(({ key }) => key === 'pandas')?.value ?? '{}').index_columns?.[0];
}

function statsFaults(stats: Stats, { features, total_frames }: LeRobotInfo): string[] {
  const faults: string[] = [];
  const measured = Object.keys(features).filter((name) => features[name]?.dtype !== 'string');
  if (String(Object.keys(stats).sort()) !== String(measured.sort())) faults.push('features of stats');
  for (const [name, said] of Object.entries(stats)) {
    const { dtype = '', shape = [] } = features[name] ?? {};
    const flat = (of: string) => [said[of]].flat(3).map(Number);
    const [least, most, mean, std] = [flat('min'), flat('max'), flat('mean'), flat('std')];
    const size = dtype === 'image' ? 3 : (shape[0] ?? 0);
    const isNested =
      dtype !== 'image' || JSON.stringify(said['mean']) === JSON.stringify(mean.map((one) => [[one]]));
    const isOrdered = mean.every(
      (one, i) => (least[i] ?? 1) <= one + 1e-9 && one <= (most[i] ?? 0) + 1e-9 && (std[i] ?? -1) >= 0,
    );
    const isWhole = [least, most, mean, std].every(({ length }) => length === size);
    if (!isNested || !isOrdered || !isWhole) faults.push(`stats of ${name}`);
    if (dtype === 'image' && !most.every((one) => one <= 1)) faults.push(`stats of ${name} are no fractions`);
    if (String(said['count']) !== String(total_frames)) faults.push(`count of ${name}`);
  }
  return faults;
}
