import { sentence } from '@aboveboard/planner/problem';
import { type Figures, figuresSource, readFigures } from '@aboveboard/planner/programme/figures';
import type { ProgrammeRate } from '@aboveboard/planner/programme/rates';
import { type ReactNode, useRef, useState } from 'react';
import type { Written } from './draft.ts';
import { rateFields } from './fields.ts';
import { text } from './messages/en.ts';
import { writeNumber } from './written-number.ts';

const MOST_FILE = 100_000;

/** A running server's own figures, from the file that `aboveboard figures` writes. The whole file or nothing. */
export function FiguresPick(props: { onWrite: (written: Written) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState<{ name: string; figures: Figures } | null>(null);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const open = async (file: File) => {
    const read = await readFile(file);
    setFaults(read.ok ? [] : read.problems.map(sentence));
    setTaken(read.ok ? { name: file.name, figures: read.value } : null);
    if (read.ok) props.onWrite(writtenFigures(read.value));
  };
  const names = (rates: readonly ProgrammeRate[]) => rates.map((rate) => text.fields[rate][0]).join(', ');
  return (
    <div className="pick">
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => input.current?.click()}>
          {text.measured.button}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          data-pick="figures"
          accept="application/json,.json"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) void open(file);
            event.target.value = '';
          }}
        />
      </div>
      <div role="status">
        {taken && (
          <p className="small">
            {text.measured.taken(
              taken.name,
              names(rateFields.filter((rate) => taken.figures.measured[rate] !== undefined)),
            )}
          </p>
        )}
        {taken?.figures.notKnown.map(({ rate, why }) => (
          <p key={rate} className="soft small">
            {text.measured.notKnown(text.fields[rate][0], why)}
          </p>
        ))}
        {faults.length > 0 && (
          <ul className="fault">
            <li>{text.measured.refused}</li>
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** All rates as the file has them: those that it does not know are the defaults again, for its source is all's. */
export function writtenFigures(figures: Figures): Written {
  const written: Written = { measuredFrom: figuresSource(figures).slice(0, 200) };
  for (const rate of rateFields) {
    const value = figures.measured[rate];
    written[rate] = value === undefined ? '' : writeNumber(value);
  }
  return written;
}

async function readFile(file: File): Promise<ReturnType<typeof readFigures>> {
  const corrupt = (message: string): ReturnType<typeof readFigures> => ({
    ok: false,
    problems: [{ code: 'corrupt', at: file.name, message }],
  });
  if (file.size > MOST_FILE) return corrupt(text.measured.huge);
  try {
    return readFigures(JSON.parse(await file.text()));
  } catch {
    return corrupt(text.measured.notJson);
  }
}
