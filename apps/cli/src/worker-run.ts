import { openBuildQueue } from '@aboveboard/server/releases/build-queue';
import { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import type { CommandContext } from './command.ts';
import { workerHouse, workOnBuilds } from './release-worker.ts';
import { signalled } from './stop-signal.ts';
import { keepYoungObjectsFew } from './young-objects.ts';

/** One worker, as long as nobody ends it; who started it hears what it has in hand. Gives how many steps it did. */
export async function runWorker(
  context: CommandContext,
  { build, browsers }: { build: string | null; browsers: number | null },
): Promise<number> {
  keepYoungObjectsFew();
  const installation = await context.installation({ opens: true });
  const queue = await openBuildQueue(installation.inner.databaseUrl);
  const ends = new AbortController();
  const end = () => ends.abort();
  void signalled().then(end);
  // Who started it is gone: what it asked for goes on when it is asked for again.
  process.once('disconnect', end);
  const pool =
    browsers === null
      ? null
      : await FramePool.open(() => FrameRenderer.start({ bars: true }), { size: browsers });
  try {
    return await workOnBuilds(workerHouse(installation, pool), queue, {
      build,
      pool,
      signal: ends.signal,
      note: context.note,
      holds: (step) => void process.send?.({ holds: step }),
    });
  } finally {
    await pool?.close();
    await queue.close();
    if (process.connected) process.disconnect();
  }
}
