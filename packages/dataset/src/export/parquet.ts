import { readTargets } from '../action-targets.ts';
import { FramePlan, frameKey } from '../frame-plan.ts';
import {
  type ExportAccount,
  type ExportRecording,
  type ExportSink,
  readActions,
} from './export-recording.ts';
import { type Row, TABLES } from './parquet-columns.ts';
import { actionRow, drawnTreeRows, eventRow, plainTreeRows, recordingRow } from './parquet-rows.ts';
import { tablesSchema } from './parquet-schema.ts';
import { type PageCompressor, ParquetTable } from './parquet-table.ts';
import { drawPictures, type PictureOptions } from './pictures.ts';

type TableName = keyof typeof TABLES;

/**
 * Parquet with zstd of recordings as they are, movement included: recordings, events, actions and trees, and a schema file that
 * says what every column means (spec/dataset-formats.md, EXP40-EXP42). Add recordings one at a time, then finish.
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

  async add(recording: ExportRecording, options: PictureOptions): Promise<void> {
    const { id, clock } = recording.manifest;
    await this.#tables.recordings.add(recordingRow(recording.manifest));
    const plan = new FramePlan({ ...options, tickMicroseconds: clock.tickMicroseconds });
    let n = 0;
    const actions = await readActions(recording, async (event) => {
      plan.see(event);
      await this.#tables.events.add(eventRow(id, n++, event));
    });
    const to = { sink: this.#sink, account: this.#account, frames: options.frames };
    const images = await drawPictures(id, plan.wants(actions), to, async ({ surface, t }, tree) => {
      for (const row of drawnTreeRows(id, t, surface, tree)) await this.#tables.trees.add(row);
    });
    // Trees where none was drawn, on the same way through the states.
    const told = new Set<string>(images.keys());
    const targets = await readTargets(recording.states(), actions, async (action, tree) => {
      const key = frameKey({ surface: action.surface, t: action.before.t });
      if (told.has(key)) return;
      told.add(key);
      for (const row of plainTreeRows(id, action.t, action.surface, tree)) await this.#tables.trees.add(row);
    });
    for (const action of actions) {
      const image = images.get(frameKey({ surface: action.surface, t: action.before.t }))?.name ?? null;
      await this.#tables.actions.add(actionRow(id, action, targets.get(action.index) ?? null, image));
      this.#account.actions++;
    }
    this.#account.recordings++;
  }

  async finish(): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.finish();
    await this.#sink.write('schema.json', tablesSchema(TABLES));
  }
}
