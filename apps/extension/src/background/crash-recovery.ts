import { RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { recoverRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { PartSpool } from '../store/part-spool.ts';
import type { Shelf, ShelfRow } from '../store/shelf.ts';
import { fieldsOf, finished } from './live-recording.ts';
import { openSink, type SpoolSink, sealerFor } from './recording-writing.ts';

/**
 * A recording that the browser was killed in the middle of: everything durable is kept, a gap says that the
 * recorder stopped, and it waits for review like any other. Never goes on recording by itself (T3).
 */
export async function closeAfterCrash(
  row: ShelfRow,
  device: { database: IDBDatabase; shelf: Shelf; keys: KeyRing },
  fields: Pick<Manifest, 'agreement' | 'receipt' | 'software'>,
): Promise<ShelfRow | null> {
  const { database, shelf, keys } = device;
  const spool = new PartSpool(database, row.id);
  const { id, tickMicroseconds } = row;
  const open = () => openSink({ id, tickMicroseconds, spool, keys }, { masks: row.live?.masks ?? [] });
  let opened: SpoolSink;
  try {
    opened = await open();
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    // Torn at the end: what comes before the first unreadable part is whole.
    const sealer = sealerFor(await keys.open(id));
    const { parts } = await recoverRecording({ id, store: spool, sealer, deflate: webDeflate });
    await spool.cutFrom(parts.length);
    opened = await open();
  }
  const { sink } = opened;
  if (sink.writer.counts.events === 0) {
    await keys.destroy(id);
    await shelf.remove(id);
    return null;
  }
  const t = sink.writer.lastTick;
  if (!row.stopped) sink.event({ kind: 'gap', t, until: t, reason: 'recorder-stopped' });
  sink.event({ kind: 'task', t, phase: 'end' });
  const manifest = await sink.writer.finish({ ...fieldsOf(row), ...fields, masks: sink.masks });
  const recorded = (manifest.clock.durationTicks * tickMicroseconds) / 1000;
  const closed = finished(
    row,
    manifest,
    { bytes: sink.bytes, recorded, now: Date.now() },
    row.ended ?? (row.stopped ? undefined : 'crash'),
  );
  await shelf.put(closed);
  return closed;
}
