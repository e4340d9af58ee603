import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { text } from './messages/en.ts';
import { Figure, type Working } from './working.tsx';

/** A cell's words, or a figure that opens what it was made from; `how` is asked only where the table is open. */
export type Cell = string | { value: string; how: () => Working };
export type ChartTable = { head: readonly string[]; rows: readonly (readonly Cell[])[] };
type Drawn = SVGSVGElement | HTMLElement;

// One chart a frame: a page of twelve charts redraws without holding up a key.
const waiting = new Map<object, () => void>();
let running = false;
function inTurn(owner: object, draw: () => void): void {
  waiting.set(owner, draw);
  if (running) return;
  running = true;
  requestAnimationFrame(next);
}
function next(): void {
  const [first] = waiting;
  if (!first) {
    running = false;
    return;
  }
  waiting.delete(first[0]);
  first[1]();
  requestAnimationFrame(next);
}

/**
 * A chart: a picture with a sentence for those who do not see it, and its table. `draw` must keep its identity
 * while what it draws is the same.
 */
export function Chart(props: {
  title: string | null;
  says: string;
  height: number;
  draw: (width: number) => Drawn;
  table: ChartTable;
}): ReactNode {
  const { draw } = props;
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const id = useId();
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = host.current;
    if (!element || width === 0) return;
    const owner = {};
    inTurn(owner, () => element.replaceChildren(draw(width)));
    return () => void waiting.delete(owner);
  }, [draw, width]);
  return (
    <figure className="chart">
      {props.title && <figcaption id={id}>{props.title}</figcaption>}
      <div role="img" aria-label={props.says}>
        <div ref={host} aria-hidden="true" style={{ minHeight: props.height }} />
      </div>
      <TableBehind {...props.table} label={`${text.table}: ${props.says}`} />
    </figure>
  );
}

export function TableBehind(props: ChartTable & { label: string; summary?: string }): ReactNode {
  // Closed, it is words only: a page of twelve tables follows each key without making their buttons.
  const [open, setOpen] = useState(false);
  return (
    <details className="behind" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.summary ?? text.table}</summary>
      <Table {...props} opens={open} />
    </details>
  );
}

const wordsOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.value);

/** `opens`: its figures are buttons that open their workings; otherwise they are words. */
export function Table(props: ChartTable & { label: string; opens?: boolean }): ReactNode {
  return (
    // Wider than a narrow screen at times: it scrolls, and the keyboard must get there.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus
    <section className="scroll" tabIndex={0} aria-label={props.label}>
      <table>
        <thead>
          <tr>
            {props.head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.map(wordsOf).join('|')}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={props.head[i]} scope="row">
                    {wordsOf(cell)}
                  </th>
                ) : (
                  <td key={props.head[i]}>
                    {props.opens && typeof cell !== 'string' ? (
                      <Figure working={cell.how()} bare />
                    ) : (
                      wordsOf(cell)
                    )}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
