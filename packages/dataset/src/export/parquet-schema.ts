import type { Column } from './parquet-table.ts';

/** What `schema.json` says beside tables: every column with type and meaning, in the order of the file. */
export function tablesSchema(tables: Readonly<Record<string, readonly Column[]>>): Uint8Array {
  const schema = {
    format: 'aboveboard-parquet',
    version: 1,
    compression: 'zstd',
    tables: Object.fromEntries(
      Object.entries(tables).map(([name, columns]) => [
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
  return new TextEncoder().encode(`${JSON.stringify(schema, null, 2)}\n`);
}
