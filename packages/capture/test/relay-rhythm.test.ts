import { describe, expect, it } from 'vitest';
import { keepInMemory } from '../src/line/kept-value.ts';
import { RelayRhythm, type RhythmState } from '../src/line/relay-rhythm.ts';

const PERIOD = 60_000;

/** A rhythm whose clock, store and timer are the test's. */
function made() {
  const at = { now: 10 * PERIOD };
  const done: string[] = [];
  const memory = keepInMemory()<RhythmState>('rhythm');
  const store = { fails: false };
  let due: { until: number; call: () => void } | null = null;
  const rhythm = new RelayRhythm({
    wait: {
      until: async (until, call) => {
        due = { until, call };
      },
      clear: async () => {
        due = null;
      },
    },
    kept: {
      ...memory,
      put: (value) => (store.fails ? Promise.reject(new Error('disk full')) : memory.put(value)),
    },
    periodMilliseconds: PERIOD,
    acts: {
      collect: async () => void done.push('collect'),
      leave: async () => void done.push('leave'),
    },
    now: () => at.now,
    random: (length) => new Uint8Array(length).fill(128),
  });
  /** The timer rings; what it began is done. */
  const ring = async () => {
    if (!due) throw new Error('nothing waits');
    at.now = Math.max(at.now, due.until);
    due.call();
    await rhythm.wake();
  };
  return { rhythm, ring, done, store, at, waits: () => due?.until ?? null };
}

describe('the rhythm of a line', () => {
  it('[RLY21] a store that fails sends nothing, rejects nothing, and is asked again in the next period', async () => {
    const { rhythm, ring, done, store, at, waits } = made();
    await rhythm.wake();
    await ring();
    await ring();
    expect(done).toEqual(['collect', 'leave']);
    store.fails = true;
    await ring();
    await ring();
    expect(done).toEqual(['collect', 'leave']);
    expect(waits()).toBe(at.now + PERIOD);
    store.fails = false;
    for (let i = 0; i < 4 && done.length < 4; i++) await ring();
    expect(done).toEqual(['collect', 'leave', 'collect', 'leave']);
    await rhythm.stop();
    expect(waits()).toBe(null);
  });
});
