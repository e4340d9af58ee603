import type { Cell, Column } from './parquet-table.ts';

const recording: Column = { name: 'recording', type: 'STRING', means: 'random id of the recording' };
const surface: Column = {
  name: 'surface',
  type: 'INT32',
  nullable: true,
  means: 'tab, popup, window or display',
};
const optional = (name: string, type: Column['type'], means: string): Column => ({
  name,
  type,
  nullable: true,
  means,
});
const ticks = 'ticks since the recording began; recordings.tick_us says how long one is';

/** The tables of the Parquet export (spec/dataset-formats.md, EXP40); `schema.json` is made of this. */
export const RECORDING_COLUMNS: readonly Column[] = [
  recording,
  { name: 'class', type: 'STRING', means: 'own, foreign or demonstration' },
  { name: 'tick_us', type: 'INT32', means: 'microseconds of one tick' },
  { name: 'duration', type: 'INT64', means: ticks },
  { name: 'task', type: 'STRING', means: 'what was to be done' },
  optional('card', 'STRING', 'id of the task card'),
  optional('worked', 'BOOLEAN', "the contributor's word; null: not said"),
  optional('agreement', 'STRING', 'SHA-256 of the agreement that it was made under'),
  { name: 'masks', type: 'JSON', means: 'list of {rule, count}: what was masked' },
  optional('origin', 'JSON', 'of an import: format, kept, reduced by which rule'),
];

export const EVENT_COLUMNS: readonly Column[] = [
  recording,
  { name: 'n', type: 'INT64', means: 'number of the event in its recording, from 0' },
  { name: 't', type: 'INT64', means: ticks },
  { name: 'kind', type: 'STRING', means: 'spec/recording.md, REC20-REC49' },
  surface,
  optional('x', 'DOUBLE', 'CSS pixels of the viewport, or scroll position'),
  optional('y', 'DOUBLE', 'CSS pixels of the viewport, or scroll position'),
  optional('node', 'INT64', "id of the state's node"),
  optional('button', 'INT32', 'as in the DOM'),
  optional('key', 'STRING', 'class of a key'),
  optional('name', 'STRING', 'name of a key or shortcut'),
  optional(
    'text',
    'STRING',
    'what was typed or chosen, where it is open; with text_length the surrogate of it',
  ),
  optional('text_length', 'INT32', 'where it is closed: upper bound of the bucket of its length'),
  optional('detail', 'JSON', 'what else the event holds'),
];

export const ACTION_COLUMNS: readonly Column[] = [
  recording,
  { name: 'index', type: 'INT32', means: 'number of the action in its recording, from 0' },
  { name: 'kind', type: 'STRING', means: 'spec/actions.md' },
  { name: 't', type: 'INT64', means: ticks },
  { name: 'until', type: 'INT64', means: ticks },
  surface,
  optional('node', 'INT64', "id of the state's node that it acts on"),
  optional('role', 'STRING', 'role of the element that it acts on'),
  optional('target_name', 'STRING', 'its accessible name, as far as it is open'),
  optional('selector', 'STRING', 'its place in the document'),
  optional('x', 'DOUBLE', 'CSS pixels of the viewport'),
  optional('y', 'DOUBLE', 'CSS pixels of the viewport'),
  optional('nx', 'DOUBLE', 'fraction of the viewport'),
  optional('ny', 'DOUBLE', 'fraction of the viewport'),
  optional('to_x', 'DOUBLE', 'where a drag ended'),
  optional('to_y', 'DOUBLE', 'where a drag ended'),
  optional('to_nx', 'DOUBLE', 'where a drag ended'),
  optional('to_ny', 'DOUBLE', 'where a drag ended'),
  optional('button', 'STRING', 'of a drag'),
  optional('modifiers', 'STRING', 'held modifiers, joined with +'),
  optional('dx', 'DOUBLE', 'of a scroll, in units of mode'),
  optional('dy', 'DOUBLE', 'of a scroll, in units of mode'),
  optional('mode', 'STRING', 'pixel, line or page'),
  optional(
    'text',
    'STRING',
    'what was typed or chosen, where it is open; with text_length the surrogate of it',
  ),
  optional('text_length', 'INT32', 'where it is closed: upper bound of the bucket of its length'),
  optional('option', 'INT64', "id of the state's node of the option that was chosen"),
  optional('keys', 'INT32', 'how many keys were pressed to type it'),
  optional('name', 'STRING', 'of a key or shortcut'),
  optional('count', 'INT32', 'how often a key or shortcut was pressed'),
  optional('origin', 'STRING', 'of a navigation'),
  optional('path', 'STRING', 'of a navigation; segments are renamed'),
  { name: 'before_t', type: 'INT64', means: `the instant that shows what she saw; ${ticks}` },
  optional('before_state', 'INT64', 'number of the last state item then; null: no state was known'),
  optional('before_age', 'INT64', 'ticks from there to t'),
  { name: 'before_stale', type: 'BOOLEAN', means: 'another action ended in between' },
  { name: 'events', type: 'JSON', means: 'list of [first, last] events that it came from' },
  optional('drag_path', 'JSON', 'list of [t, x, y]'),
  optional('image', 'STRING', 'file name of the picture before it, where pictures were drawn'),
];

export const TREE_COLUMNS: readonly Column[] = [
  recording,
  { name: 't', type: 'INT64', means: ticks },
  surface,
  { name: 'node', type: 'INT64', means: 'id of the node' },
  optional('parent', 'INT64', 'id of the node that holds it'),
  { name: 'depth', type: 'INT32', means: 'from 0' },
  { name: 'role', type: 'STRING', means: 'accessible role' },
  { name: 'name', type: 'STRING', means: 'accessible name, as far as it is open' },
  optional('value', 'STRING', 'where it is open'),
  { name: 'states', type: 'STRING', means: 'joined with spaces; empty where nothing was drawn' },
  optional('x', 'DOUBLE', 'CSS pixels of the viewport; null where nothing was drawn'),
  optional('y', 'DOUBLE', 'CSS pixels of the viewport'),
  optional('width', 'DOUBLE', 'CSS pixels'),
  optional('height', 'DOUBLE', 'CSS pixels'),
];

export const TABLES = {
  recordings: RECORDING_COLUMNS,
  events: EVENT_COLUMNS,
  actions: ACTION_COLUMNS,
  trees: TREE_COLUMNS,
} as const;

export type Row = Record<string, Cell>;
