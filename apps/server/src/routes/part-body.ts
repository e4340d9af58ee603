import type { HttpBindings } from '@hono/node-server';
import type { ServerLimits } from '../limits.ts';
import { overLimit, Refusal } from '../refusal.ts';

/**
 * Reads the body of one part: exactly as many bytes as were announced, with a bound on all that arrive at
 * one time. What is longer is not read on; how long it may take is the HTTP server's to limit.
 */
export type PartBody = (incoming: HttpBindings['incoming'], length: number) => Promise<Uint8Array>;

export function makePartBody(limits: ServerLimits): PartBody {
  let arriving = 0;

  return async (incoming, length) => {
    const declared = incoming.headers['content-length'];
    if (declared !== undefined && Number(declared) !== length) throw notThese(length);
    if (arriving > 0 && arriving + length > limits.receivingBytes) {
      throw overLimit(limits, 'receivingBytes', 'Too much is arriving at once.', {
        status: 429,
        retryAfter: 1,
      });
    }
    arriving += length;
    try {
      const bytes = Buffer.allocUnsafe(length);
      let at = 0;
      for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
        if (at + chunk.length > length) throw notThese(length);
        bytes.set(chunk, at);
        at += chunk.length;
      }
      if (at !== length) throw notThese(length);
      return bytes;
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      throw new Refusal('malformed', 'The part broke off before its end; nothing of it was kept.', { cause });
    } finally {
      arriving -= length;
    }
  };
}

function notThese(length: number): Refusal {
  return new Refusal(
    'conflict',
    'These are not the bytes that were announced for this part; they were not kept.',
    {
      faults: [{ rule: 'UPL20', at: 'body', message: `not ${length} bytes long` }],
    },
  );
}
