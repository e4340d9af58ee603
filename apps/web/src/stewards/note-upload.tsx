import { readRulesEntry } from '@aboveboard/consent/rules-entry';
import { type ReactNode, useRef, useState } from 'react';
import { client } from '../client.ts';
import { Act, outcomeOf } from './act.tsx';
import { text } from './messages/en.ts';

const say = text.sign;
const MOST = 65_535;

/** A note that was signed on another machine: read here, shown as it is, entered. */
export function NoteUpload({ onDone }: { onDone: (entry: number) => void }): ReactNode {
  const [note, setNote] = useState<{ bytes: Uint8Array; text: string } | null>(null);
  const [said, setSaid] = useState('');
  const input = useRef<HTMLInputElement>(null);

  async function open(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.slice(0, MOST + 1).arrayBuffer());
    const entry = await readRulesEntry(bytes, crypto.subtle);
    const isNote = entry.kind === 'note' && entry.statement !== null;
    setNote(isNote ? { bytes, text: entry.text } : null);
    setSaid(isNote ? '' : say.noteBad(file.name));
  }

  return (
    <section aria-labelledby="note-title">
      <h2 id="note-title">{say.note}</h2>
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => input.current?.click()}>
          {say.noteOpen}
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        data-pick="note"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void open(file);
          event.target.value = '';
        }}
      />
      <p role="status">{said}</p>
      {note && (
        <>
          <p>{say.noteSays}</p>
          <pre className="command">
            <code>{note.text}</code>
          </pre>
          <Act
            {...text.act.enter}
            act={() => outcomeOf(client.enterRules(note.bytes))}
            onDone={(entry) => {
              setNote(null);
              onDone(entry);
            }}
          />
        </>
      )}
    </section>
  );
}
