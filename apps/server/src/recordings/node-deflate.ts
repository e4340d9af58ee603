import { promisify } from 'node:util';
import { deflateRaw, inflateRaw, inflateRawSync } from 'node:zlib';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { Deflate } from '@aboveboard/protocol/part';

const deflate = promisify(deflateRaw);
const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** Of so few bytes inflating takes no longer than sending them to another thread: ten milliseconds at the most that DEFLATE can hide. */
const AT_ONCE = 16_384;

/** Raw DEFLATE by Node's own zlib, off the main thread but for what is small; the same bytes as protocol's in other words. */
export const nodeDeflate: Deflate = {
  deflate: (bytes) => deflate(bytes),
  async inflate(bytes, limit) {
    try {
      // zlib takes no limit of 0, and one byte more tells "exactly the limit" from "more".
      const most = { maxOutputLength: limit + 1 };
      const out = bytes.length <= AT_ONCE ? inflateRawSync(bytes, most) : await inflate(bytes, most);
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
