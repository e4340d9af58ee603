import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import type { ExportSink } from './export-recording.ts';
import type { PageCompressor } from './parquet-table.ts';

/** What a column holds; `floats` and `texts` are lists, `picture` is what `datasets` reads as an image. */
export type LeRobotCell = 'int64' | 'float32' | 'bool' | 'string' | 'floats' | 'texts' | 'picture';
export type LeRobotColumn = { name: string; cell: LeRobotCell };
export type LeRobotRow = Record<string, unknown>;

const LEAF = {
  int64: { type: 'INT64' },
  float32: { type: 'FLOAT' },
  bool: { type: 'BOOLEAN' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
} as const;

/** A Parquet file with lists and pictures in it, a group of rows at a time; what is written is handed on at once. */
export class LeRobotTable {
  readonly #columns: readonly LeRobotColumn[];
  readonly #name: string;
  readonly #sink: ExportSink;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  /** So far. */
  size = 0;

  /** `index`: the column that pandas takes as the names of rows. */
  constructor(
    name: string,
    columns: readonly LeRobotColumn[],
    { sink, zstd, index }: { sink: ExportSink; zstd: PageCompressor; index?: string },
  ) {
    this.#name = name;
    this.#columns = columns;
    this.#sink = sink;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)],
      codec: 'ZSTD',
      compressors: { ZSTD: zstd },
      statistics: false,
      createdBy: 'aboveboard',
      ...(index === undefined ? {} : { kvMetadata: [{ key: 'pandas', value: pandasOf(columns, index) }] }),
    });
  }

  async group(rows: readonly LeRobotRow[]): Promise<void> {
    if (rows.length === 0) return;
    const columnData = this.#columns.map(({ name, cell }) => ({
      name,
      data: rows.map((row) => {
        const value = row[name];
        return cell === 'int64' ? BigInt(value as number) : value;
      }),
    }));
    await this.#writer.write({ columnData, rowGroupSize: rows.length });
    await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#bytes.index === 0) return;
    this.size += this.#bytes.index;
    await this.#sink.append(this.#name, this.#bytes.getBytes().slice());
    this.#bytes.index = 0;
  }
}

function elementsOf({ name, cell }: LeRobotColumn): ConstructorParameters<typeof ParquetWriter>[0]['schema'] {
  if (cell === 'picture')
    return [
      { name, repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
      { name: 'path', repetition_type: 'OPTIONAL', ...LEAF.string },
    ];
  if (cell === 'floats' || cell === 'texts')
    return [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', ...LEAF[cell === 'floats' ? 'float32' : 'string'] },
    ];
  return [{ name, repetition_type: 'OPTIONAL', ...LEAF[cell] }];
}

/** What pandas needs to know that a column is no column but the names of rows. */
function pandasOf(columns: readonly LeRobotColumn[], index: string): string {
  return JSON.stringify({
    index_columns: [index],
    column_indexes: [
      {
        ...{ name: null, field_name: null, pandas_type: 'unicode', numpy_type: 'object' },
        metadata: { encoding: 'UTF-8' },
      },
    ],
    columns: columns.map(({ name, cell }) => ({
      name,
      field_name: name,
      pandas_type: cell === 'string' ? 'unicode' : cell,
      numpy_type: cell === 'string' ? 'object' : cell,
      metadata: null,
    })),
    creator: { library: 'aboveboard', version: '1' },
    pandas_version: '2.0.0',
  });
}
