import { type KeptReceipt, RECEIPTS } from '@aboveboard/capture/line/kept-receipt';
import { receiptBytes } from '@aboveboard/consent/receipt';
import { useEffect, useState } from 'react';
import { words } from '../messages/en.ts';
import { openDatabase } from '../store/database.ts';
import { kept } from '../store/settings.ts';
import { whenWords } from './rules-section.tsx';
import { saveFile } from './save-file.ts';

const say = words.consent;

/** The files that she keeps; `change` is anything that changes when there may be another. */
export function ReceiptList({ change }: { change: unknown }) {
  const [receipts, setReceipts] = useState<KeptReceipt[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each change of the view
  useEffect(() => {
    void readReceipts().then(setReceipts, () => undefined);
  }, [change]);
  if (receipts.length === 0) return null;
  return (
    <details>
      <summary>{say.receipts}</summary>
      <p className="soft small">{say.receiptsHint}</p>
      <ul className="plain-list stack">
        {receipts.toReversed().map(({ consent, withdrawn, at, receipt }) => (
          <li key={`${consent} ${withdrawn}`} className="stack">
            <button
              type="button"
              onClick={() => saveFile(`receipt-${consent.slice(0, 8)}.json`, receiptBytes(receipt))}
            >
              {(withdrawn ? say.saveWithdrawal : say.save)(whenWords(at))}
            </button>
            <p className="soft small">{receipt.log?.proof ? say.inLog : say.notInLog}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}

async function readReceipts(): Promise<KeptReceipt[]> {
  const database = await openDatabase();
  try {
    return (await kept<KeptReceipt[]>(database, RECEIPTS).get()) ?? [];
  } finally {
    database.close();
  }
}
