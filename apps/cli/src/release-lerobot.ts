import type { ExportAccount, ExportSink } from '@aboveboard/dataset/export/export-recording';
import { LeRobotExport, type LeRobotSide } from '@aboveboard/dataset/export/lerobot';
import type { PageCompressor } from '@aboveboard/dataset/export/parquet-table';
import type { ReleaseManifest, ReleaseTaskEntry } from '@aboveboard/dataset/release/release-manifest';
import type { ReleaseReader } from '@aboveboard/dataset/release/release-reading';
import sharp from 'sharp';
import { CommandFailure } from './command.ts';

/** A release as LeRobot reads it. Its tasks are read twice: for the size that most pictures have, and to be written. */
export async function writeLeRobot(
  manifest: ReleaseManifest,
  outside: { reader: ReleaseReader; zstd: PageCompressor; progress: (line: string) => void },
  account: ExportAccount,
  sink: ExportSink,
): Promise<void> {
  const { reader, zstd, progress } = outside;
  const size = await commonSize(manifest, outside);
  const dataset = new LeRobotExport(sink, account, zstd, { size: size && { ...size, rgb: rgbOf } });
  const tasks = (['train', 'test'] as const).flatMap((side) =>
    manifest.tasks.filter((task) => sideOf(task) === side),
  );
  for (const [i, task] of tasks.entries()) {
    progress(`task ${i + 1} of ${tasks.length}`);
    const { template, applications, ...shown } = await reader.task(task);
    for (const { name, bytes } of size ? await reader.pictures(task) : [])
      await dataset.pictures.write(`images/${name}`, bytes);
    await dataset.add(shown, { template, applications }, sideOf(task));
  }
  if (account.recordings === 0) {
    const { leftOut } = account.report();
    const rules = leftOut.map(({ rule, count }) => `${rule} (${count})`).join(', ');
    throw new CommandFailure(`EXP73: no task of this release can be told in this format: ${rules}.`);
  }
  await dataset.finish();
}

function sideOf({ splits }: ReleaseTaskEntry): LeRobotSide {
  return splits.person ?? 'train';
}

/** Of the pictures before steps; of two that are as frequent the larger. Null: there are none. */
async function commonSize(
  { tasks }: ReleaseManifest,
  { reader, progress }: { reader: ReleaseReader; progress: (line: string) => void },
): Promise<{ width: number; height: number } | null> {
  const sizes = new Map<string, { width: number; height: number; count: number }>();
  for (const [i, task] of tasks.entries()) {
    progress(`size of pictures: task ${i + 1} of ${tasks.length}`);
    for (const { picture } of (await reader.task(task)).steps) {
      if (!picture) continue;
      const { width, height } = picture;
      const known = sizes.get(`${width}x${height}`) ?? { width, height, count: 0 };
      sizes.set(`${width}x${height}`, { ...known, count: known.count + 1 });
    }
  }
  const area = ({ width, height }: { width: number; height: number }) => width * height;
  const [most] = [...sizes.values()].sort((a, b) => b.count - a.count || area(b) - area(a));
  return most ? { width: most.width, height: most.height } : null;
}

/** What of it is transparent counts as it is stored. Rejects for what is no picture. */
async function rgbOf(png: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(png).toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer(),
  );
}
