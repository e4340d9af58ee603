import type { CellRelay } from '@aboveboard/capture/cell-line';
import type { RelayAbout } from '@aboveboard/protocol/installation';
import { ANSWER_BYTES } from '@aboveboard/vault/cell';
import { hexOf } from '../store/byte-text.ts';

const PATIENCE = 20_000;
const LONGEST_TEXT = 65_536;

/** The guardian's address and no other: no cookie, no redirect, nothing that says which page asks. */
const PLAIN: RequestInit = {
  credentials: 'omit',
  redirect: 'error',
  referrerPolicy: 'no-referrer',
  cache: 'no-store',
};

export function guardianRelay(guardian: string): CellRelay {
  return {
    async collect(ticket) {
      const response = await reach(`${guardian}/relay/answers/${hexOf(ticket)}`, { method: 'POST' });
      if (!response.ok) return null;
      const answer = new Uint8Array(await response.arrayBuffer());
      return answer.length === ANSWER_BYTES ? answer : null;
    },
    async leave(ticket, cell) {
      const body = new Blob([cell], { type: 'application/octet-stream' });
      await reach(`${guardian}/relay/cells/${hexOf(ticket)}`, { method: 'PUT', body });
    },
  };
}

/** Whom cells are sealed to and how often; null: there is no guardian at this address. */
export async function askGuardian(origin: string): Promise<RelayAbout | null> {
  const text = await readText(`${origin}/relay`);
  if (text === null) return null;
  try {
    const { recipient, periodSeconds } = JSON.parse(text) as Partial<RelayAbout>;
    const sound =
      typeof recipient === 'string' &&
      /^age1pq1[a-z0-9]{1,4000}$/.test(recipient) &&
      Number.isInteger(periodSeconds) &&
      (periodSeconds as number) >= 1 &&
      (periodSeconds as number) <= 86_400;
    return sound ? { recipient, periodSeconds: periodSeconds as number } : null;
  } catch {
    return null;
  }
}

/** Verifier keys of the guardian's witness, one a line; null: it tells none. */
export async function askWitness(origin: string): Promise<string[] | null> {
  const text = await readText(`${origin}/witness/vkey`);
  const lines = text?.split('\n').filter((line) => line !== '') ?? [];
  return lines.length > 0 ? lines : null;
}

async function readText(address: string): Promise<string | null> {
  try {
    const response = await reach(address, {});
    const text = response.ok ? await response.text() : null;
    return text !== null && text.length <= LONGEST_TEXT ? text : null;
  } catch {
    return null;
  }
}

export function reach(address: string, init: RequestInit): Promise<Response> {
  return fetch(address, { ...PLAIN, ...init, signal: AbortSignal.timeout(PATIENCE) });
}
