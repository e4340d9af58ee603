import { ImportAccount, type Importer, type ImportSource } from './import-account.ts';
import { ForeignPage } from './rrweb-page.ts';
import { elementsOf, objectOf } from './source-text.ts';

const FILE = 'events.json';

/**
 * rrweb events, as a JSON array or one after the other (spec/dataset-formats.md, IMP30-IMP37). One tab,
 * surface 0; times are milliseconds.
 */
export const rrweb: Importer = {
  format: 'rrweb',
  tickMicroseconds: 1000,
  async *read(source, account) {
    const secondary = await secondaryPresses(source);
    const bytes = source.open(FILE);
    if (bytes === null) {
      account.fault('IMP4', FILE, 'is missing');
      return;
    }
    const page = new ForeignPage(account, secondary);
    let items = 0;
    for await (const piece of elementsOf(FILE, bytes, account)) {
      items++;
      const at = `${FILE} item ${piece.number}`;
      const event = objectOf(piece, at, account);
      if (event === null) continue;
      page.take(event, at);
      yield* page.release();
    }
    if (items === 0) account.fault('IMP4', FILE, 'holds no events');
    yield* page.end();
  },
};

/**
 * rrweb does not say which button was pressed; a context menu that follows tells the secondary one (IMP34).
 * Gives the numbers, from 1, of such mouse presses.
 */
async function secondaryPresses(source: ImportSource): Promise<Set<number>> {
  const secondary = new Set<number>();
  const bytes = source.open(FILE);
  if (bytes === null) return secondary;
  let presses = 0;
  // Faults are told by the pass that follows.
  const silent = new ImportAccount();
  for await (const piece of elementsOf(FILE, bytes, silent)) {
    if (piece.text === null || !/"source"\s*:\s*2\b/.test(piece.text)) continue;
    const data = objectOf(piece, '', silent)?.['data'] as Record<string, unknown> | null | undefined;
    if (data?.['source'] !== 2) continue;
    if (data['type'] === 1) presses++;
    else if (data['type'] === 3 && secondary.size < 1_000_000) secondary.add(presses);
  }
  return secondary;
}
