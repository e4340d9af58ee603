import { RecordingError } from './fault.ts';
import type { Deflate } from './part.ts';

/**
 * Raw DEFLATE through the web platform's streams: browsers, workers and Node alike. Inflating reads the
 * output as it comes and stops at the limit, so a bomb costs no more than the limit and one chunk (REC72).
 */
export const webDeflate: Deflate = {
  async deflate(bytes) {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of through(bytes, new CompressionStream('deflate-raw'))) {
      parts.push(chunk);
      length += chunk.length;
    }
    return joined(parts, length);
  },

  async inflate(bytes, limit) {
    const parts: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of through(bytes, new DecompressionStream('deflate-raw'))) {
        length += chunk.length;
        if (length > limit) throw tooLarge(limit);
        parts.push(chunk);
      }
    } catch (error) {
      if (error instanceof RecordingError) throw error;
      throw new RecordingError([{ rule: 'REC72', at: 'part', message: 'not a whole DEFLATE stream' }]);
    }
    return joined(parts, length);
  },
};

export function tooLarge(limit: number): RecordingError {
  return new RecordingError([{ rule: 'REC72', at: 'part', message: `inflates to more than ${limit} bytes` }]);
}

async function* through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream) {
  const writer = stream.writable.getWriter();
  // The reading side reports what goes wrong; without a handler here it would be reported twice.
  const written = writer.write(new Uint8Array(bytes)).then(() => writer.close());
  written.catch(() => undefined);
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
