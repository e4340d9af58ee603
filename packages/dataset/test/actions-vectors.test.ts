import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { describe, expect, it } from 'vitest';
import { actionsOf } from '../src/actions.ts';

type Vector = {
  rules: string[];
  why: string;
  tickMicroseconds: number;
  events: RecordedEvent[];
  actions: ({ events: [number, number][] } & Record<string, unknown>)[];
  remainders: [string, number, number][];
};

const folder = join(import.meta.dirname, '../../../vectors/actions');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('vectors of actions', () => {
  it.each(names)('%s', (name) => {
    const vector = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector;
    const { actions, remainders } = actionsOf(vector.events, { tickMicroseconds: vector.tickMicroseconds });
    expect(actions, vector.why).toMatchObject(
      vector.actions.map((action) => ({
        ...action,
        events: action.events.map(([from, to]) => ({ from, to })),
      })),
    );
    const left = remainders.map(({ rule, from, to }): [string, number, number] => [rule, from, to]);
    expect(left.sort((a, b) => a[1] - b[1])).toEqual(vector.remainders);
  });

  it('are there', () => expect(names.length).toBeGreaterThan(10));
});
