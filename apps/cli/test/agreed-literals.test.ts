import { createHash } from 'node:crypto';
import type { Agreement } from '@aboveboard/consent/agreement';
import { writeLiteralList } from '@aboveboard/consent/literal-list';
import { exportedTasks, shownTask } from '@aboveboard/dataset/export/exported-task';
import type { StateItem } from '@aboveboard/protocol/state';
import { expect, it } from 'vitest';
import { listedLabels } from '../src/agreed-literals.ts';
import { releasedByPeople } from './made-up-recordings.ts';

const bytes = writeLiteralList(['Route', 'Sales']);
const digest = createHash('sha256').update(bytes).digest('hex');
const agreed = (list: string, of = digest) =>
  ({
    apps: [{ masks: { open: [], closed: [], literals: 'listed', list } }],
    attachments: [{ kind: 'literals', name: 'words', type: 'text/plain', bytes: bytes.length, digest: of }],
  }) as unknown as Pick<Agreement, 'apps' | 'attachments'>;

it('[MASK39] labels come from the list that was agreed, and from no other', async () => {
  expect(await listedLabels(agreed(digest), async () => bytes)).toEqual(['Route', 'Sales']);
  expect(await listedLabels(agreed('0'.repeat(64)), async () => bytes)).toEqual([]);
  expect(await listedLabels(agreed(digest), async () => null)).toEqual([]);
  expect(await listedLabels(agreed(digest), async () => writeLiteralList(['Else']))).toEqual([]);
});

it('[MASK39] a short label that is listed stays where one of the form of filler would be replaced', async () => {
  const [recording] = releasedByPeople(1);
  if (!recording) throw new Error('nothing was released');
  const states: StateItem[] = [
    {
      t: 5,
      surface: 3,
      event: {
        type: 2,
        data: {
          node: {
            type: 0,
            id: 1,
            childNodes: ['Sales', 'Lorem'].map((textContent, i) => ({
              type: 2,
              id: 2 + 2 * i,
              tagName: 'button',
              attributes: {},
              childNodes: [{ type: 3, id: 3 + 2 * i, textContent }],
            })),
          },
          initialOffset: { top: 0, left: 0 },
        },
      },
    },
  ];
  const of = {
    ...recording,
    async *states() {
      yield states;
    },
  };
  const { tasks } = await exportedTasks(of, { whole: true, freshId: () => 'never' });
  const [task] = tasks;
  if (!task) throw new Error('there is no task');
  const shown = async (shipped?: string[]) =>
    JSON.stringify(await Array.fromAsync(shownTask(task, '0'.repeat(32), shipped).states()));
  const labels = await listedLabels(agreed(digest), async () => bytes);
  expect(await shown(labels)).toContain('"Sales"');
  expect(await shown()).not.toContain('"Sales"');
});
