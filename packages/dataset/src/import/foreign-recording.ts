import { eventFaults } from '@aboveboard/protocol/event-check';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { ImportAccount, type Importer, type ImportSource } from './import-account.ts';

export type ForeignOptions = {
  /** ISO week of the import: a foreign recording does not say when it was made (IMP11). */
  week: string;
  software: Manifest['software'];
};

/**
 * Makes a recording of class `foreign`. The source is read twice: the first pass writes nothing and throws
 * RecordingError with all its faults; the second writes (IMP2, IMP3). Memory is bounded by the longest line.
 */
export async function importRecording(
  importer: Importer,
  source: ImportSource,
  openWriter: () => RecordingWriter | Promise<RecordingWriter>,
  options: ForeignOptions,
): Promise<Manifest> {
  await checkSource(importer, source);
  const account = new ImportAccount();
  const writer = await openWriter();
  const seen = { states: false };
  for await (const item of importer.read(source, account)) {
    if ('state' in item) {
      writer.state(item.state);
      seen.states = true;
    } else writer.event(item.event);
    await writer.ready();
  }
  // A source that reads differently the second time is being changed meanwhile.
  if (account.faults.length > 0) throw new RecordingError(account.allFaults());
  return writer.finish({
    class: 'foreign',
    week: options.week,
    task: { kind: 'free', text: account.task },
    outcome: { worked: null, reasons: [] },
    agreement: null,
    receipt: null,
    software: options.software,
    signals: seen.states ? ['pointer', 'keys', 'states'] : ['pointer', 'keys'],
    masks: [],
    origin: account.origin(importer.format),
  });
}

/** The first pass alone: what would become of the source. Throws RecordingError with all the faults. */
export async function checkSource(importer: Importer, source: ImportSource): Promise<ImportAccount> {
  const account = new ImportAccount();
  let events = 0;
  let last = 0;
  for await (const item of importer.read(source, account)) {
    const at = 'event' in item ? `event ${events++}` : 'state';
    if ('event' in item)
      for (const fault of eventFaults(item.event, at)) account.fault(fault.rule, at, fault.message);
    const { t } = 'event' in item ? item.event : item.state;
    if ('event' in item) {
      if (t < last) account.fault('IMP10', at, 'time runs back');
      last = t;
    }
  }
  if (account.faults.length > 0) throw new RecordingError(account.allFaults());
  return account;
}
