import type { Column } from './parquet-table.ts';

const task: Column = {
  name: 'task',
  type: 'STRING',
  means: 'id of the task, which is its own and says nothing',
};
const optional = (name: string, type: Column['type'], means: string): Column => ({
  name,
  type,
  nullable: true,
  means,
});
const picture = 'file name in images/';

/** The tables of tasks at the level `release` (spec/dataset-formats.md, EXP43); `schema.json` is made of this. */
export const TASK_TABLES = {
  tasks: [
    task,
    { name: 'instruction', type: 'STRING', means: 'what was to be done' },
    optional(
      'worked',
      'BOOLEAN',
      'the word of who did it; null: not said, or the task goes on after this part',
    ),
    optional('stands', 'STRING', 'of a part: begins, goes-on or ends; null: the task is whole'),
    optional('card', 'STRING', 'id of the task card; null: in own words'),
    { name: 'applications', type: 'JSON', means: 'list of origins' },
    { name: 'steps', type: 'INT32', means: 'how many there are' },
    optional('end_image', 'STRING', `picture after the last step; ${picture}`),
  ],
  steps: [
    task,
    { name: 'index', type: 'INT32', means: 'number of the step in its task, from 0' },
    { name: 'kind', type: 'STRING', means: 'click, drag, move, scroll, type, select, keys, wait' },
    optional('x', 'DOUBLE', 'fraction of the picture; of a drag where it begins'),
    optional('y', 'DOUBLE', 'fraction of the picture; of a drag where it begins'),
    optional('to_x', 'DOUBLE', 'of a drag: where it ends'),
    optional('to_y', 'DOUBLE', 'of a drag: where it ends'),
    optional('path', 'JSON', 'of a drag: list of [x, y]'),
    optional('button', 'STRING', 'left, middle or right'),
    optional('count', 'INT32', 'how often it was clicked, or the keys were pressed'),
    optional('held', 'STRING', 'held modifiers, joined with +'),
    optional('dx', 'DOUBLE', 'notches of a wheel'),
    optional('dy', 'DOUBLE', 'notches of a wheel'),
    optional('text', 'STRING', 'what was typed or chosen; where masked is true a surrogate'),
    { name: 'masked', type: 'BOOLEAN', means: 'the text was masked when it was recorded' },
    optional('keys', 'STRING', 'keys, joined with +'),
    optional('seconds', 'DOUBLE', 'of a wait'),
    optional('thought', 'STRING', 'the reason that was given for it'),
    optional('image', 'STRING', `picture before it; ${picture}`),
    optional('tree', 'INT32', 'the interface before it: number in its task'),
    optional('node', 'INT32', 'what it acts on, in that tree'),
    optional('drop_node', 'INT32', 'what something is dropped on, in that tree'),
    ...boxOf('box', 'of what it acts on'),
    ...boxOf('drop', 'of what something is dropped on'),
  ],
  trees: [
    task,
    { name: 'tree', type: 'INT32', means: 'number of the interface in its task, from 0' },
    optional('image', 'STRING', `picture of it, which boxes are fractions of; ${picture}`),
    {
      name: 'node',
      type: 'INT32',
      means: 'number of the node in its tree, from 0, in the order of the document',
    },
    optional('parent', 'INT32', 'number of the node that holds it'),
    { name: 'depth', type: 'INT32', means: 'from 0' },
    { name: 'role', type: 'STRING', means: 'accessible role, or text' },
    { name: 'name', type: 'STRING', means: 'accessible name; where it was masked a surrogate' },
    optional('value', 'STRING', 'what a field or a text shows; where it was masked a surrogate'),
    { name: 'states', type: 'STRING', means: 'joined with spaces' },
    ...boxOf('box', 'of the node'),
  ],
  frames: [
    task,
    { name: 'image', type: 'STRING', means: picture },
    { name: 'width', type: 'INT32', means: 'pixels' },
    { name: 'height', type: 'INT32', means: 'pixels' },
    { name: 'view_x', type: 'DOUBLE', means: 'where the page lies in it: fraction of the picture' },
    { name: 'view_y', type: 'DOUBLE', means: 'fraction of the picture' },
    { name: 'view_width', type: 'DOUBLE', means: 'fraction of the picture' },
    { name: 'view_height', type: 'DOUBLE', means: 'fraction of the picture' },
  ],
} satisfies Record<string, Column[]>;

function boxOf(name: string, of: string): Column[] {
  return ['x', 'y', 'width', 'height'].map((part) =>
    optional(`${name}_${part}`, 'DOUBLE', `box ${of}: fraction of the picture`),
  );
}
