import type { Send } from '../screens/recorder-link.ts';
import { whenWords } from '../screens/rules-section.tsx';
import type { HeldThere } from './held-there.ts';
import { ownDataWords as say } from './own-data-words.ts';

/** When the server last said what it has of hers, and the one act that asks it again. */
export function AskServer({ there, send }: { there: HeldThere | null; send: Send }) {
  const asking = there !== null && there.askedAt === null;
  return (
    <div className="stack">
      <p>{there?.answer ? say.askedAt(whenWords(there.answer.at)) : say.neverAsked}</p>
      {there && there.fault !== null && !asking && (
        <p className="note note-warn">{there.fault === '' ? say.notReached : say.refused(there.fault)}</p>
      )}
      <p role="status">{asking ? say.asking : ''}</p>
      {!asking && (
        <button type="button" onClick={() => void send({ command: 'own-data', act: 'ask' })}>
          {say.ask}
        </button>
      )}
      <p className="soft small">{say.askHint}</p>
    </div>
  );
}
