import { measuredRecording } from '@aboveboard/dataset/risk/measured-recording';
import { expect, it } from 'vitest';
import { subjectOf } from '../src/pointer-dataset.ts';
import { measureRelease } from '../src/release-risk.ts';
import { sessionColumns, sessionsFrom } from '../src/risk-source.ts';
import { longWork, sourcesOfWork } from './made-up-recordings.ts';

const options = {
  ask: { level: 'release' },
  secret: new Uint8Array(32),
  effort: { rounds: 1, tasksOfSession: 4 },
  seed: 1,
  threads: 2,
  progress: () => undefined,
} as const;

it('[RISK11] is not measured of what will not be released, nor of too little', async () => {
  await expect(measureRelease(sourcesOfWork(9, 4), options)).rejects.toThrow('REL10');
  await expect(measureRelease(sourcesOfWork(10, 3), options)).rejects.toThrow('can’t be measured');
});

it('[RISK8] attackers get a recording’s pointer on the standard screen, and what a release says besides', async () => {
  const { track, tokens } = await measuredRecording(longWork(0, 0));
  // A press has two moves, a press and a release; the first is the recording’s own.
  expect(track.length).toBe(230 * 4);
  expect([...track.kind.slice(0, 4)]).toEqual([0, 0, 1, 2]);
  // From a viewport of 1000 by 600.
  expect(track.x[2]).toBeCloseTo(60.5 * 1.92, 3);
  expect(track.y[2]).toBeCloseTo(50.5 * 1.8, 3);
  expect(tokens).toEqual(
    [
      'application:https://erp.example',
      'template:say-ok',
      ...['and', 'enter', 'ok', 'press', 'type'].map((word) => `wording:${word}`),
    ].sort(),
  );
});

it('[RISK11] [MOV54] what is released whole is attacked whole', async () => {
  const { track } = await measuredRecording(longWork(0, 0));
  const session = { person: 0, session: 0, track, tokens: [] };
  const partsOf = (whole: boolean) =>
    subjectOf([{ ...session, whole }], 'release').released({ ...session, whole }).length;
  expect(partsOf(true)).toBe(1);
  expect(partsOf(false)).toBe(Math.ceil(230 / 12));
});

it('[RISK10] a session comes to a thread row for row', async () => {
  const { track, tokens } = await measuredRecording(longWork(1, 0));
  const session = { person: 3, session: 7, track, tokens };
  const [there] = sessionsFrom(structuredClone({ sessions: [sessionColumns(session)] }));
  if (!there) throw new Error('nothing came');
  expect({ ...there, track: null }).toEqual({ ...session, track: null });
  expect(there.track.length).toBe(track.length);
  for (const column of ['t', 'x', 'y', 'kind'] as const)
    expect(there.track[column].slice(0, track.length)).toEqual(track[column].slice(0, track.length));
});
