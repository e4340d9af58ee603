import { words } from '../messages/en.ts';
import type { Send } from './recorder-link.ts';
import { saveFile } from './save-file.ts';

const say = words.paper;

/** The paper code, until she says that she has it (ENR43). What comes after it waits beside it, not behind it. */
export function EraseCodeSection({ code, guardian, send }: { code: string; guardian: string; send: Send }) {
  return (
    <section className="card stack" aria-labelledby="paper-heading">
      <h2 id="paper-heading">{say.heading}</h2>
      <p>{say.lead}</p>
      <p className="erase-code">{code}</p>
      <div className="row">
        <a href="/paper.html" target="_blank" rel="noreferrer">
          {say.open}
        </a>
        <button type="button" onClick={() => saveFile('erase-code.txt', eraseSheet(code, guardian))}>
          {say.save}
        </button>
      </div>
      <button type="button" className="main-act" onClick={() => void send({ command: 'paper-kept' })}>
        {say.have}
      </button>
    </section>
  );
}

/** Where it is given, from any computer. */
export function erasePage(guardian: string): string {
  return `${guardian}/erase`;
}

function eraseSheet(code: string, guardian: string): Uint8Array {
  const { what, where, keep } = say.sheet;
  return new TextEncoder().encode(
    [say.title, what, `    ${code}`, where(erasePage(guardian)), keep, ''].join('\n\n'),
  );
}
