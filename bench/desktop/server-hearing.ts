import { XDisplay } from '../../apps/desktop/src/x11/display.ts';
import { recordInput } from '../../apps/desktop/src/x11/input-record.ts';
import type { MeasuredEvent } from '../../apps/desktop/test/measured-recorder.ts';

type Heard = { x: number; y: number; time: number };

/** What the server says of the pointer to another client than the recorder, in its own milliseconds. */
export async function heardByServer(name: string | undefined): Promise<{ end(): Heard[] }> {
  const control = await XDisplay.connect(name, () => undefined);
  const data = await XDisplay.connect(name, () => undefined);
  const heard: Heard[] = [];
  await recordInput(control, data, ({ what, x, y, time }) => {
    if (what === 'move') heard.push({ x, y, time });
  });
  return {
    end() {
      data.close();
      control.close();
      return heard;
    },
  };
}

/** Percent of the server's moves that were recorded, and the greatest distance in time after one constant. */
export function keptBeside(heard: readonly Heard[], events: readonly MeasuredEvent[]) {
  const recorded = events.filter(({ kind }) => kind === 'move');
  const last = heard.at(-1);
  const end = recorded.at(-1);
  if (!last || !end) return { kept: 0, off: Number.NaN };
  // No place comes twice, and the window does not move: places differ by one corner.
  const [left, top] = [last.x - (end.x ?? 0), last.y - (end.y ?? 0)];
  const times = new Map(
    recorded.map(({ x = 0, y = 0, milliseconds }) => [`${x + left} ${y + top}`, milliseconds]),
  );
  const apart: number[] = [];
  for (const { x, y, time } of heard) {
    const milliseconds = times.get(`${x} ${y}`);
    if (milliseconds !== undefined) apart.push(milliseconds - time);
  }
  apart.sort((a, b) => a - b);
  const [least = Number.NaN, most = Number.NaN] = [apart[0], apart.at(-1)];
  return { kept: (apart.length / heard.length) * 100, off: (most - least) / 2 };
}
