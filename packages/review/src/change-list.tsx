import { useId } from 'react';
import type { DeskAct } from './desk-state.ts';
import type { EditList } from './edit-list.ts';
import { timeText } from './format.ts';
import type { Messages } from './messages/en.ts';

/** The cuts and masks that were made, each to be seen and taken back. */
export function ChangeList({
  edits,
  act,
  onShow,
  ticksPerSecond,
  messages,
}: {
  edits: EditList;
  act: (act: DeskAct) => void;
  onShow: (t: number) => void;
  ticksPerSecond: number;
  messages: Messages;
}) {
  const title = useId();
  const { changes } = messages;
  const time = (t: number) => timeText(t, ticksPerSecond, true);
  const rows = [
    ...edits.cuts.map((cut, index) => ({
      key: `cut ${cut.from}`,
      from: cut.from,
      words: changes.cut(time(cut.from), time(cut.to)),
      back: (): DeskAct => ({ do: 'uncut', index }),
    })),
    ...edits.masks.map((mask, index) => ({
      key: `mask ${index}`,
      from: mask.from,
      words: changes[mask.kind](time(mask.from), time(mask.to)),
      back: (): DeskAct => ({ do: 'unmask', index }),
    })),
  ];
  return (
    <section className="rv-card" aria-labelledby={title}>
      <h2 id={title}>{changes.title}</h2>
      {rows.length === 0 ? <p className="rv-soft">{changes.none}</p> : null}
      <ul className="rv-changes">
        {rows.map((row) => (
          <li key={row.key}>
            <span>{row.words}</span>
            <span className="rv-row">
              <button
                type="button"
                className="rv-link"
                aria-label={`${changes.show}: ${row.words}`}
                onClick={() => onShow(row.from)}
              >
                {changes.show}
              </button>
              <button
                type="button"
                className="rv-link"
                aria-label={`${changes.remove}: ${row.words}`}
                onClick={() => act(row.back())}
              >
                {changes.remove}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
