import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { Deflate } from '@aboveboard/protocol/part';

const deflate = promisify(deflateRaw);
const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** Raw DEFLATE by Node's own zlib, off the main thread; the same bytes as protocol's in other words. */
export const nodeDeflate: Deflate = {
  deflate: (bytes) => deflate(bytes),
  async inflate(bytes, limit) {
    try {
      // zlib takes no limit of 0, and one byte more tells "exactly the limit" from "more".
      const out = await inflate(bytes, { maxOutputLength: limit + 1 });
      if (out.length <= limit) return out;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
        throw new RecordingError([{ rule: 'REC72', at: 'part', message: 'not a whole DEFLATE stream' }]);
      }
    }
    throw new RecordingError([
      { rule: 'REC72', at: 'part', message: `inflates to more than ${limit} bytes` },
    ]);
  },
};
