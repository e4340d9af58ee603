import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { words } from './messages/en.ts';

export type LogName = 'rules' | 'uses';

/** A log of this server. Whoever serves this page could serve another log with it: a convenience, no proof. */
export function logSource(name: LogName): TileSource {
  return {
    async read(path, limit) {
      const answer = await asked(`/log/${name}/${path}`);
      return answer && limited(answer, limit);
    },
  };
}

/**
 * The keys that this server says are its log's, and the witnesses that it says it asks. `quorum`: also ask for
 * their quorum, as a recorder does; without, who cosigned is checked and nobody has to.
 */
export async function servedPolicy(name: LogName, { quorum }: { quorum: boolean }): Promise<Policy> {
  const [keys, given] = await Promise.all([
    asked(`/log/${name}/vkey`).then((body) => body && limited(body, SMALL)),
    asked('/api/logs/policy').then((body) => body && limited(body, SMALL)),
  ]);
  const logs = new TextDecoder()
    .decode(keys ?? new Uint8Array())
    .split('\n')
    .flatMap((line) => {
      const key = parseVerifierKey(line);
      return key.ok ? [{ key: key.value, url: null }] : [];
    });
  const policy = given ? parsePolicy(given) : null;
  if (!policy?.ok) return { logs, witnesses: [], groups: [], quorum: null };
  const { witnesses, groups } = policy.value;
  return { logs, witnesses, groups, quorum: quorum ? policy.value.quorum : null };
}
const SMALL = 262_144;

/** Null: it is not there. */
async function asked(path: string): Promise<ReadableStream<Uint8Array> | null> {
  const answer = await fetch(path, { credentials: 'omit' }).catch((cause) => {
    throw new Error(words.faults.noAnswer, { cause });
  });
  if (answer.status === 404) return null;
  if (!answer.ok || !answer.body) throw new Error(words.faults.status(answer.status));
  return answer.body;
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
