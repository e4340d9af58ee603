import { StateTree } from '@aboveboard/protocol/state-tree';
import type { Action } from '../action.ts';
import { ActionReducer } from '../actions.ts';
import type { FrameSource } from '../frame-source.ts';
import { type Target, targetOf } from '../tree-target.ts';
import type { ExportAccount, ExportRecording, ExportSink } from './export-recording.ts';
import { type Row, TABLES } from './parquet-columns.ts';
import { actionRow, drawnTreeRows, eventRow, plainTreeRows, recordingRow } from './parquet-rows.ts';
import { type PageCompressor, ParquetTable } from './parquet-table.ts';

type TableName = keyof typeof TABLES;

/**
 * Parquet with zstd: recordings, events, actions and trees, and a schema file that says what every column
 * means (spec/dataset-formats.md, EXP40-EXP44). Add recordings one at a time, then finish.
 */
export class ParquetExport {
  readonly #sink: ExportSink;
  readonly #account: ExportAccount;
  readonly #tables: Record<TableName, ParquetTable<Row>>;

  constructor(sink: ExportSink, account: ExportAccount, zstd: PageCompressor) {
    this.#sink = sink;
    this.#account = account;
    const table = (name: TableName) => new ParquetTable<Row>(`${name}.parquet`, TABLES[name], sink, zstd);
    this.#tables = {
      recordings: table('recordings'),
      events: table('events'),
      actions: table('actions'),
      trees: table('trees'),
    };
  }

  async add(recording: ExportRecording, frames: FrameSource | null): Promise<void> {
    const { id } = recording.manifest;
    await this.#tables.recordings.add(recordingRow(recording.manifest));
    const actions = await this.#events(recording);
    const images = await this.#pictures(recording, actions, frames);
    const targets = await this.#states(recording, actions, images);
    for (const action of actions) {
      const image = images.get(`${action.surface}/${action.before.t}`) ?? null;
      await this.#tables.actions.add(actionRow(id, action, targets.get(action.index) ?? null, image));
      this.#account.actions++;
    }
    this.#account.recordings++;
  }

  async finish(): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.finish();
    const schema = {
      format: 'aboveboard-parquet',
      version: 1,
      compression: 'zstd',
      tables: Object.fromEntries(
        Object.entries(TABLES).map(([name, columns]) => [
          `${name}.parquet`,
          columns.map(({ name, type, nullable, means }) => ({
            name,
            type,
            nullable: nullable === true,
            means,
          })),
        ]),
      ),
    };
    await this.#sink.write('schema.json', new TextEncoder().encode(`${JSON.stringify(schema, null, 2)}\n`));
  }

  async #events(recording: ExportRecording): Promise<Action[]> {
    const { id, clock } = recording.manifest;
    const actions: Action[] = [];
    const reducer = new ActionReducer({ action: (action) => actions.push(action) }, clock);
    let n = 0;
    for await (const events of recording.events()) {
      for (const event of events) {
        reducer.push(event);
        await this.#tables.events.add(eventRow(id, n++, event));
      }
    }
    reducer.end();
    return actions;
  }

  /** Writes pictures and drawn trees; gives the pictures' names by surface and tick. */
  async #pictures(
    { manifest }: ExportRecording,
    actions: readonly Action[],
    frames: FrameSource | null,
  ): Promise<Map<string, string>> {
    const images = new Map<string, string>();
    if (frames === null) return images;
    const wants = new Map(actions.map(({ surface, before: { t } }) => [`${surface}/${t}`, { surface, t }]));
    for await (const { want, png, tree } of frames.frames([...wants.values()])) {
      const name = `${manifest.id}-${images.size}.png`;
      await this.#sink.write(`images/${name}`, png);
      images.set(`${want.surface}/${want.t}`, name);
      this.#account.frames++;
      if (!tree) continue;
      for (const row of drawnTreeRows(manifest.id, want.t, want.surface, tree))
        await this.#tables.trees.add(row);
    }
    return images;
  }

  /** One pass over the states: what each action acts on, and trees where none was drawn. */
  async #states(
    recording: ExportRecording,
    actions: readonly Action[],
    drawn: ReadonlyMap<string, string>,
  ): Promise<Map<number, Target>> {
    const { id } = recording.manifest;
    const targets = new Map<number, Target>();
    const trees = new Map<number, StateTree>();
    const sorted = [...actions].sort((a, b) => a.t - b.t);
    const told = new Set<string>(drawn.keys());
    let next = 0;
    const upTo = async (t: number): Promise<void> => {
      for (let action = sorted[next]; action && action.t < t; action = sorted[++next]) {
        const tree = trees.get(action.surface);
        if (!tree) continue;
        const target = action.node === null ? null : targetOf(tree, action.node);
        if (target) targets.set(action.index, target);
        const key = `${action.surface}/${action.before.t}`;
        if (told.has(key)) continue;
        told.add(key);
        for (const row of plainTreeRows(id, action.t, action.surface, tree))
          await this.#tables.trees.add(row);
      }
    };
    for await (const items of recording.states()) {
      for (const { t, surface, event } of items) {
        await upTo(t);
        let tree = trees.get(surface);
        if (!tree) {
          // What contradicts is left out, as a player would.
          tree = new StateTree({ onFault: () => undefined });
          trees.set(surface, tree);
        }
        tree.apply(event);
      }
    }
    await upTo(Number.POSITIVE_INFINITY);
    return targets;
  }
}
