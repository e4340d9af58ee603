import { type KeptReceipt, RECEIPTS } from '@aboveboard/capture/line/kept-receipt';
import { useState } from 'react';
import { openDatabase } from '../store/database.ts';
import { deviceKeyRing } from '../store/device-keys.ts';
import { OwnCards } from '../store/own-cards.ts';
import { kept } from '../store/settings.ts';
import { readSetup } from '../store/setup.ts';
import { Shelf } from '../store/shelf.ts';
import { makeOwnCopy, type OwnCopy } from './own-copy.ts';
import { ownDataWords as say } from './own-data-words.ts';
import type { OwnBooks } from './use-own-books.ts';

type Making =
  | { state: 'done'; missing: string[] }
  | { state: 'failed' }
  | { state: 'at'; n: number; of: number };

/** One click gives the file; what is missing in it is said, and whoever holds it. */
export function CopySection({ books }: { books: OwnBooks }) {
  const [making, setMaking] = useState<Making | null>(null);
  const make = async () => {
    setMaking({ state: 'at', n: 0, of: 1 });
    try {
      const { archive, missing } = await copyOf(books, (n, of) => setMaking({ state: 'at', n, of }));
      saveBlob('my-aboveboard-data.zip', archive);
      setMaking({ state: 'done', missing });
    } catch {
      setMaking({ state: 'failed' });
    }
  };
  return (
    <section className="stack" aria-labelledby="copy-heading">
      <h2 id="copy-heading">{say.copy}</h2>
      <p>{say.copyLead}</p>
      <p className="note">{say.copyWarning}</p>
      <button
        type="button"
        className="main-act"
        aria-disabled={making?.state === 'at'}
        onClick={() => making?.state !== 'at' && void make()}
      >
        {say.copySave}
      </button>
      {making?.state === 'at' && (
        <div>
          <progress value={making.n} max={Math.max(1, making.of)} aria-label={say.copy} />
          <p className="soft small">{say.copyMaking(making.n, making.of)}</p>
        </div>
      )}
      <div role="status" className="stack">
        {making?.state === 'failed' && <p className="note note-fault">{say.copyFailed}</p>}
        {making?.state === 'done' && <p>{say.copyDone}</p>}
        {making?.state === 'done' && making.missing.length > 0 && (
          <>
            <p>{say.copyMissing}</p>
            <ul className="stack">
              {making.missing.map((one) => (
                <li key={one} className="wrap-anywhere">
                  {one}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}

async function copyOf(books: OwnBooks, progress: (n: number, of: number) => void): Promise<OwnCopy> {
  const database = await openDatabase();
  try {
    const keys = await deviceKeyRing(database);
    const given = {
      database,
      keys,
      rows: await new Shelf(database, keys).all(),
      setup: await readSetup(database),
      cards: await new OwnCards(database, keys).all(),
      receipts: (await kept<KeptReceipt[]>(database, RECEIPTS).get()) ?? [],
      there: books.there,
      proofs: books.readings.map(({ proof }) => proof),
      erasures: books.erasures,
    };
    return await makeOwnCopy(given, progress);
  } finally {
    database.close();
  }
}

/** A large one is on disk already: nothing of it is copied into memory for this. */
function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
