import type { CellRelay } from '@aboveboard/capture/cell-line';
import type { RhythmWait } from '@aboveboard/capture/line/relay-rhythm';
import type { VoiceCalls } from '@aboveboard/capture/line/voice-line';
import { ANSWER_BYTES } from '@aboveboard/vault/cell';

const PATIENCE = 20_000;
/** A list of every employee's nullifier is the longest that comes. */
const LONGEST = 16 * 1024 * 1024;

/** The guardian's address and no other: a redirect is an error. */
function reach(address: string, init: RequestInit = {}): Promise<Response> {
  return fetch(address, { ...init, redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
}

export function guardianCells(guardian: string): CellRelay {
  const ticketOf = (ticket: Uint8Array) => Buffer.from(ticket).toString('hex');
  return {
    async collect(ticket) {
      const response = await reach(`${guardian}/relay/answers/${ticketOf(ticket)}`, { method: 'POST' });
      if (!response.ok) return null;
      const answer = new Uint8Array(await response.arrayBuffer());
      return answer.length === ANSWER_BYTES ? answer : null;
    },
    async leave(ticket, cell) {
      const body = new Blob([cell], { type: 'application/octet-stream' });
      await reach(`${guardian}/relay/cells/${ticketOf(ticket)}`, { method: 'PUT', body });
    },
  };
}

export function guardianVoices(guardian: string): VoiceCalls {
  async function call(path: string, init: RequestInit): Promise<unknown> {
    try {
      const text = await (await reach(`${guardian}${path}`, init)).text();
      return text.length <= LONGEST ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  }
  return {
    get: (path) => call(path, {}),
    post: (path, body) =>
      call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  };
}

/** For as long as the process runs; what was due meanwhile is done at the next start. */
export function timerWait(): RhythmWait {
  let timer: NodeJS.Timeout | undefined;
  return {
    async until(at, wake) {
      clearTimeout(timer);
      timer = setTimeout(wake, Math.max(0, at - Date.now()));
      timer.unref();
    },
    async clear() {
      clearTimeout(timer);
    },
  };
}
