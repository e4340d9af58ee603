import type { Policy } from '@aboveboard/tlog/policy';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { words } from './messages/en.ts';

export type LogName = 'rules' | 'uses';

/** A log of this server. Whoever serves this page could serve another log with it: a convenience, no proof. */
export function logSource(name: LogName): TileSource {
  return {
    async read(path, limit) {
      const answer = await fetch(`/log/${name}/${path}`, { credentials: 'omit' });
      if (answer.status === 404) return null;
      if (!answer.ok || !answer.body) throw new Error(words.faults.status(answer.status));
      return limited(answer.body, limit);
    },
  };
}

/** The keys that this server says are its log's, and no witnesses. */
export async function servedPolicy(name: LogName): Promise<Policy> {
  const answer = await fetch(`/log/${name}/vkey`, { credentials: 'omit' });
  if (!answer.ok) throw new Error(words.faults.status(answer.status));
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  const logs = lines.flatMap((line) => {
    const key = parseVerifierKey(line);
    return key.ok ? [{ key: key.value, url: null }] : [];
  });
  return { logs, witnesses: [], groups: [], quorum: null };
}

async function limited(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > limit) throw new RangeError('longer than it may be');
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
