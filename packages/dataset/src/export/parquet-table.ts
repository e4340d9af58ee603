import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import type { ExportSink } from './export-recording.ts';

/** A column of a table, with what it means, for the schema file. */
export type Column = {
  name: string;
  type: 'STRING' | 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'JSON';
  nullable?: true;
  means: string;
};
export type Cell = string | number | boolean | null;

/** zstd of one page. */
export type PageCompressor = (page: Uint8Array) => Uint8Array;

const GROUP_ROWS = 20_000;

/** One Parquet file, written a group of rows at a time; never more than a group is in memory. */
export class ParquetTable<Row extends Record<string, Cell>> {
  readonly #columns: readonly Column[];
  readonly #name: string;
  readonly #sink: ExportSink;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows: Row[] = [];

  constructor(name: string, columns: readonly Column[], sink: ExportSink, zstd: PageCompressor) {
    this.#name = name;
    this.#columns = columns;
    this.#sink = sink;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'root', num_children: columns.length },
        ...columns.map(({ name, type, nullable }) => ({
          name,
          repetition_type: nullable ? ('OPTIONAL' as const) : ('REQUIRED' as const),
          ...PHYSICAL[type],
        })),
      ],
      codec: 'ZSTD',
      compressors: { ZSTD: zstd },
      // Smallest and largest value of a group would stand in the clear beside what is compressed; no need.
      statistics: false,
      createdBy: 'aboveboard',
    });
  }

  async add(row: Row): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length >= GROUP_ROWS) await this.#group();
  }

  async finish(): Promise<void> {
    if (this.#rows.length > 0) await this.#group();
    await this.#writer.finish();
    await this.#flush();
  }

  async #group(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    const columnData = this.#columns.map(({ name, type }) => ({
      name,
      data: rows.map((row) => cellFor(row[name] ?? null, type)),
    }));
    await this.#writer.write({ columnData, rowGroupSize: rows.length });
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#bytes.index === 0) return;
    await this.#sink.append(this.#name, this.#bytes.getBytes().slice());
    this.#bytes.index = 0;
  }
}

const PHYSICAL = {
  STRING: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  JSON: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  INT32: { type: 'INT32' },
  INT64: { type: 'INT64' },
  DOUBLE: { type: 'DOUBLE' },
  BOOLEAN: { type: 'BOOLEAN' },
} as const;

function cellFor(value: Cell, type: Column['type']): Cell | bigint {
  return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
}
