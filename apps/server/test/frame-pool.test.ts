import { describe, expect, it } from 'vitest';
import { FramePool, type PooledRenderer } from '../src/rendering/frame-pool.ts';
import type { RenderableRecording, RenderedFrame } from '../src/rendering/frame-renderer.ts';

const EMPTY: RenderableRecording = { async *events() {}, async *states() {} };
const WANTS = [1, 2, 3, 4].map((t) => ({ surface: 0, t }));

/** Made-up browsers; `drawing` does what the `n`-th of them does at a tick. */
function browsers(drawing: (n: number, t: number) => Promise<void> | void) {
  const said = { begun: 0, ended: 0, atWork: 0, most: 0 };
  const start = async (): Promise<PooledRenderer> => {
    const n = said.begun++;
    return {
      drawnBy: 'made up 1',
      async *render(recording, wants) {
        said.most = Math.max(said.most, ++said.atWork);
        try {
          for await (const _ of recording.states());
          for (const want of wants) {
            await drawing(n, want.t);
            yield frameOf(want);
          }
        } finally {
          said.atWork--;
        }
      },
      async close() {
        said.ended++;
      },
    };
  };
  return { start, said };
}

function frameOf(want: { surface: number; t: number }): RenderedFrame {
  const viewport = { x: 0, y: 0, width: 1, height: 1 };
  const none = { places: null, tree: null, text: '' };
  return { want, png: new Uint8Array(), width: 1, height: 1, viewport, ratio: 1, ...none };
}

const drawn = async (pool: FramePool, recording = EMPTY) =>
  (await Array.fromAsync(pool.framesOf(recording).frames(WANTS))).map(({ want }) => want.t);

describe('a pool of browsers', () => {
  it('[REL47] begins no more of them than it may, and each draws one recording at a time', async () => {
    const { start, said } = browsers(() => new Promise((resolve) => setImmediate(resolve)));
    const pool = await FramePool.open(start, { size: 2 });
    const all = await Promise.all(Array.from({ length: 7 }, () => drawn(pool)));
    expect(all).toEqual(Array.from({ length: 7 }, () => [1, 2, 3, 4]));
    await pool.close();
    expect(said).toEqual({ begun: 2, ended: 2, atWork: 0, most: 2 });
  });

  it('[REL47] draws on in another when one ends, and gives no frame twice', async () => {
    const { start, said } = browsers((n, t) => {
      if (n === 0 && t === 3) throw new Error('Target crashed');
    });
    const pool = await FramePool.open(start, { size: 1 });
    expect(await drawn(pool)).toEqual([1, 2, 3, 4]);
    expect(said).toMatchObject({ begun: 2, ended: 1 });
  });

  it('[REL47] leaves out the frame at which each of them ends, and draws the others', async () => {
    const { start, said } = browsers((_, t) => {
      if (t === 2) throw new Error('Target crashed');
    });
    const pool = await FramePool.open(start, { size: 1 });
    expect(await drawn(pool)).toEqual([1, 3, 4]);
    expect(said).toMatchObject({ begun: 3, ended: 2 });
    expect(await drawn(pool)).toEqual([1, 3, 4]);
  });

  it('[REL47] leaves out all where none can draw, in a bounded number of tries', async () => {
    const { start, said } = browsers(() => {
      throw new Error('Target crashed');
    });
    const pool = await FramePool.open(start, { size: 2 });
    expect(await drawn(pool)).toEqual([]);
    expect(said).toMatchObject({ begun: 3, ended: 3 });
  });

  it('[REL47] does not wait for ever for a page that does not answer', async () => {
    const { start, said } = browsers((n, t) =>
      n === 0 && t === 2 ? new Promise(() => undefined) : undefined,
    );
    const pool = await FramePool.open(start, { size: 1, patienceMs: 50 });
    expect(await drawn(pool)).toEqual([1, 2, 3, 4]);
    expect(said.ended).toBe(1);
  });

  it('[REL54] what a recording fails with is thrown and is no gap', async () => {
    const { start, said } = browsers(() => undefined);
    const pool = await FramePool.open(start, { size: 1 });
    const damaged: RenderableRecording = {
      ...EMPTY,
      // biome-ignore lint/correctness/useYield: it fails before it gives anything
      async *states() {
        throw new Error('a part does not open');
      },
    };
    await expect(drawn(pool, damaged)).rejects.toThrow('a part does not open');
    expect(said.begun).toBe(1);
    expect(await drawn(pool)).toEqual([1, 2, 3, 4]);
  });
});
