import { EventColumns } from '@aboveboard/protocol/event-columns';
import { decodeEvents, encodeEvents } from '@aboveboard/protocol/event-segment';
import { webDeflate } from '@aboveboard/protocol/web-deflate';

/** Runs in the page: what bench/codec.ts measures in Node, with the browser's own CompressionStream. */
export type BrowserFigures = { encode: number; decode: number; bytes: number; same: boolean };

export async function measure(t: number[], x: number[], y: number[], size: number): Promise<BrowserFigures> {
  const segments: EventColumns[] = [];
  for (let from = 0; from < t.length; from += size) {
    const columns = new EventColumns(size);
    const to = Math.min(t.length, from + size);
    for (let i = from; i < to; i += 1) columns.pushMove(t[i] as number, x[i] as number, y[i] as number);
    segments.push(columns);
  }
  const run = async () => {
    const begin = performance.now();
    const sealed: Uint8Array[] = [];
    for (const columns of segments) {
      sealed.push(await webDeflate.deflate(encodeEvents(columns, { tickMicroseconds: 100 })));
    }
    const middle = performance.now();
    const decoded: EventColumns[] = [];
    for (const bytes of sealed) {
      decoded.push(decodeEvents(await webDeflate.inflate(bytes, 1_000_000)).columns);
    }
    const end = performance.now();
    const same = decoded.every((columns, s) =>
      columns.t.every(
        (time, i) =>
          time === segments[s]?.t[i] &&
          columns.x[i] === segments[s]?.x[i] &&
          columns.y[i] === segments[s]?.y[i],
      ),
    );
    return {
      encode: t.length / ((middle - begin) / 1000),
      decode: t.length / ((end - middle) / 1000),
      bytes: sealed.reduce((sum, bytes) => sum + bytes.length, 0),
      same,
    };
  };
  await run();
  return await run();
}
