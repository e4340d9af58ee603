import type { SampleSink } from '@aboveboard/redact/movement/pointer-sample';
import { DOWN, MOVE, UP, WHEEL } from '@aboveboard/redact/movement/pointer-sample';

/** What was passed over in a foreign table, by what it was. */
export type PassedOver = { glitches: number; otherRows: number };

const HEADER = /^record timestamp,client timestamp,button,state,x,y\s*$/;
/** Above this a place is a glitch of the recording tool. */
const GLITCH = 20_000;

/** Whether a table's first line is that of the Balabit Mouse Dynamics Challenge. */
export function isBalabit(header: string): boolean {
  return HEADER.test(header);
}

/** Reads a table of the Balabit Mouse Dynamics Challenge by its client clock; throws RangeError at a row that is none. */
export function readBalabit(text: string, sink: SampleSink): PassedOver {
  const passed: PassedOver = { glitches: 0, otherRows: 0 };
  let last = 0;
  for (const [i, line] of text.split('\n').entries()) {
    if (i === 0 || line === '') continue;
    const [, client, button, state, xs, ys] = line.trimEnd().split(',');
    const [t, x, y] = [1000 * Number(client), Number(xs), Number(ys)];
    if (!Number.isFinite(t) || !Number.isFinite(x) || !Number.isFinite(y) || xs === '' || ys === undefined)
      throw new RangeError(`line ${i + 1} is no row of this table`);
    if (x > GLITCH || y > GLITCH) {
      passed.glitches++;
      continue;
    }
    last = Math.max(last, t);
    if (button === 'Scroll') sink.sample(last, x, y, WHEEL);
    else if (state === 'Move' || state === 'Drag') sink.sample(last, x, y, MOVE);
    else if (state === 'Pressed') sink.sample(last, x, y, DOWN);
    else if (state === 'Released') sink.sample(last, x, y, UP);
    else passed.otherRows++;
  }
  return passed;
}
