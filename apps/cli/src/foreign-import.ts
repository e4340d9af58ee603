import { checkSource, importRecording } from '@aboveboard/dataset/import/foreign-recording';
import type { Importer, ImportSource } from '@aboveboard/dataset/import/import-account';
import { type Fault, RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { isoWeek } from '@aboveboard/protocol/week';
import type { Installation } from '@aboveboard/server/installation';

const SOFTWARE = [{ name: 'aboveboard', version: '0.1.0' }];

/**
 * Imports into the installation. Manifest null: the source is faulty, and nothing was kept. The source is
 * checked before the installation is opened.
 */
export async function importForeign(
  importer: Importer,
  source: ImportSource,
  installation: () => Promise<Installation>,
): Promise<{ manifest: Manifest | null; faults: readonly Fault[] }> {
  try {
    await checkSource(importer, source);
  } catch (error) {
    if (error instanceof RecordingError) return { manifest: null, faults: error.faults };
    throw error;
  }
  const { recordings } = await installation();
  const target = await recordings.beginImport();
  try {
    const openWriter = () =>
      new RecordingWriter({
        id: target.id,
        store: target.store,
        sealer: target.sealer,
        deflate: webDeflate,
        tickMicroseconds: importer.tickMicroseconds,
      });
    const manifest = await importRecording(importer, source, openWriter, {
      week: isoWeek(Date.now()),
      software: SOFTWARE,
    });
    await target.finish(manifest);
    return { manifest, faults: [] };
  } catch (error) {
    await target.discard();
    if (error instanceof RecordingError) return { manifest: null, faults: error.faults };
    throw error;
  }
}
