import { type ReactNode, useRef, useState } from 'react';
import { text } from './messages/en.ts';

/** Larger files would have to be held in memory whole to be digested. */
const MOST_FILE = 200_000_000;

/** Lets evidence be a file: its name and SHA-256 are noted, the file stays where it is. */
export function EvidenceFile(props: { what: string; onRests: (rests: string) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState('');
  const take = async (file: File) => {
    setFault('');
    const digest = file.size <= MOST_FILE ? await digestOf(file) : null;
    if (digest) props.onRests(text.attach.rests(file.name, digest));
    else setFault(text.attach.huge(file.name));
  };
  return (
    <>
      <button
        type="button"
        className="button plain"
        title={text.attach.note}
        aria-label={text.attach.label(props.what)}
        onClick={() => input.current?.click()}
      >
        {text.attach.button}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        data-pick="evidence"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void take(file);
          event.target.value = '';
        }}
      />
      <p role="status" className="fault">
        {fault}
      </p>
    </>
  );
}

/** Null: it cannot be read, or this page has no digests (it was not loaded over https). */
async function digestOf(file: File): Promise<string | null> {
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return new Uint8Array(digest).toHex();
  } catch {
    return null;
  }
}
