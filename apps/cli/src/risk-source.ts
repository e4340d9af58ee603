import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { PointerTrack, type SampleKind } from '@aboveboard/redact/movement/pointer-sample';
import { readPointerDataset } from './pointer-dataset.ts';

/** What a thread measures: tables in a folder, or sessions as columns, which is all that can be handed to it. */
export type RiskSource = { folder: string } | { sessions: readonly SessionColumns[] };
export type SessionColumns = Omit<PointerSession, 'track'> & {
  t: Float64Array;
  x: Float32Array;
  y: Float32Array;
  kind: Uint8Array;
};

export function sessionColumns({ track, ...said }: PointerSession): SessionColumns {
  const { length, t, x, y, kind } = track;
  return {
    ...said,
    t: t.slice(0, length),
    x: x.slice(0, length),
    y: y.slice(0, length),
    kind: kind.slice(0, length),
  };
}

export function sessionsFrom(source: RiskSource): PointerSession[] {
  if ('folder' in source) return readPointerDataset(source.folder);
  return source.sessions.map(({ t, x, y, kind, ...said }) => {
    const track = new PointerTrack();
    for (let i = 0; i < t.length; i++)
      track.sample(t[i] as number, x[i] as number, y[i] as number, kind[i] as SampleKind);
    return { ...said, track };
  });
}
