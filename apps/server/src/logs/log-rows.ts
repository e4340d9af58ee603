import type { LogStep, LogStorage } from '@aboveboard/tlog/log-storage';
import type { Database } from '../database/database.ts';
import type { LogName } from './log-name.ts';

/**
 * One log in PostgreSQL (docs/adr/0020; LGS10-LGS12). A step is one statement: PostgreSQL makes all of it
 * durable or none, whenever it or this process is killed. Two processes that advance at one time wait for the
 * head's row, and the second finds that the head has moved.
 */
export function makeLogRows(log: LogName, database: Pick<Database, 'query'>): Required<LogStorage> {
  return {
    async head() {
      const [row] = await database.query<{ size: number; checkpoint: Buffer }>(
        'select size, checkpoint from log_head where log = $1',
        [log],
      );
      return row ? { size: row.size, checkpoint: plain(row.checkpoint) } : null;
    },

    async advance({ from, head, entries, tiles }: LogStep) {
      const [row] = await database.query<{ moved: number }>(
        from === null ? `${BEGIN} ${REST}` : `${MOVE} ${REST}`,
        [
          log,
          from ?? 0,
          head.size,
          asBytes(head.checkpoint),
          entries.map(({ bytes }) => asBytes(bytes)),
          entries.map(({ key }) => key),
          tiles.map(({ level }) => level),
          tiles.map(({ number }) => number),
          tiles.map(({ hashes }) => asBytes(hashes)),
        ],
      );
      return row?.moved === 1;
    },

    async tile(level, number) {
      const [row] = await database.query<{ hashes: Buffer }>(
        'select hashes from log_tile where log = $1 and level = $2 and number = $3',
        [log, level, number],
      );
      return row ? plain(row.hashes) : null;
    },

    async entries(start, end) {
      const rows = await database.query<{ entry: Buffer }>(
        'select entry from log_entry where log = $1 and index >= $2 and index < $3 order by index',
        [log, start, end],
      );
      if (rows.length !== end - start) throw new Error('an entry that the head covers is not there');
      return rows.map(({ entry }) => plain(entry));
    },

    async indexOf(key) {
      const [row] = await database.query<{ index: number }>(
        'select index from log_entry where log = $1 and key = $2',
        [log, key],
      );
      return row?.index ?? null;
    },
  };
}

const BEGIN = `with moved as (
  insert into log_head (log, size, checkpoint) values ($1, $3, $4) on conflict do nothing returning log)`;
const MOVE = `with moved as (
  update log_head set size = $3, checkpoint = $4 where log = $1 and size = $2 returning log)`;
const REST = `, entered as (
    insert into log_entry (log, index, entry, key)
    select moved.log, $2::bigint + given.nth - 1, given.entry, given.key
    from moved, unnest($5::bytea[], $6::text[]) with ordinality as given (entry, key, nth)),
  tiled as (
    insert into log_tile (log, level, number, hashes)
    select moved.log, given.level, given.number, given.hashes
    from moved, unnest($7::smallint[], $8::bigint[], $9::bytea[]) as given (level, number, hashes)
    on conflict (log, level, number) do update set hashes = excluded.hashes)
  select count(*) as moved from moved`;

function asBytes(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same bytes as what every other store gives. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
