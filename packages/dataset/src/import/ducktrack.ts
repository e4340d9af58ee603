import { desktopEvents } from './desktop-events.ts';
import type { Importer } from './import-account.ts';
import { wholeObject } from './source-text.ts';

/**
 * DuckTrack: `events.jsonl` and `metadata.json` (spec/dataset-formats.md, IMP20). Of the metadata only the
 * system and the display's size are used; host name, machine id, model, and times go no further.
 */
export const ducktrack: Importer = {
  format: 'ducktrack',
  tickMicroseconds: 100,
  async *read(source, account) {
    const metadata = await wholeObject('metadata.json', source.open('metadata.json'), account);
    if (metadata === null) account.fault('IMP4', 'metadata.json', 'is missing or can not be read');
    const events = source.open('events.jsonl');
    if (events === null) {
      account.fault('IMP4', 'events.jsonl', 'is missing');
      return;
    }
    yield* desktopEvents(events, metadata ?? {}, account);
  },
};
