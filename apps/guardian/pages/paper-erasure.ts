import { readCode } from '@aboveboard/consent/enrolment-codes';
import type { PaperErasure, RelayAbout } from '@aboveboard/protocol/installation';
import { encodeRequests, parseAnswers, TRANSFER_BYTES } from '@aboveboard/protocol/relayed';
import { openAnswer, sealCell } from '@aboveboard/vault/cell';
import { textOf } from './own-voice.ts';

/** What became of it; `misread`: nothing was sent. */
export type PaperErasureResult = 'erased' | 'unknown' | 'failed' | 'unreachable' | 'misread';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
/** Answers stay at the relay until the end of the next period but one. */
const TRIES = 6;

/**
 * Carries a paper code to the server in a cell like any other (spec/enrolment.md, ENR52): the guardian, whose page
 * this is, can't read it, and the server learns no address. The same again has the effect of once.
 */
export async function eraseWithPaper(
  typed: string,
  parts: { origin?: string; onSent?: (answerAt: number) => void } = {},
): Promise<PaperErasureResult> {
  const { origin = '', onSent = () => undefined } = parts;
  const secret = await readCode(typed, crypto.subtle);
  if (!secret) return 'misread';
  try {
    const response = await fetch(`${origin}/relay`, { cache: 'no-store' });
    if (!response.ok) return 'unreachable';
    const { recipient, periodSeconds } = (await response.json()) as RelayAbout;
    const { cell, answerKey } = await sealCell(requestOf(secret), recipient, random);
    const ticket = Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const body = new Blob([cell], { type: 'application/octet-stream' });
    const left = await fetch(`${origin}/relay/cells/${ticket}`, { method: 'PUT', body });
    if (!left.ok) return 'unreachable';
    const period = periodSeconds * 1000;
    const ends = (Math.floor(Date.now() / period) + 1) * period;
    // Handed on when the period ends, answered early in the next one.
    onSent(ends + period / 2);
    for (let tries = 0; tries < TRIES; tries++) {
      const at = ends + (period / 4) * (tries + 1);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
      const answer = await fetch(`${origin}/relay/answers/${ticket}`, { method: 'POST' });
      const opened = await openAnswer(
        new Uint8Array(await answer.arrayBuffer()),
        answerKey,
        crypto.subtle,
      ).catch(() => null);
      if (opened) return resultOf(parseAnswers(opened, 1)[0]?.status);
    }
    return 'failed';
  } catch {
    return 'unreachable';
  }
}

function requestOf(secret: Uint8Array): Uint8Array {
  const said: PaperErasure = { secret: textOf(secret) };
  const body = new TextEncoder().encode(JSON.stringify(said));
  return encodeRequests([
    {
      method: 'POST',
      path: '/api/erasure',
      type: 'json',
      token: '',
      transfer: random(TRANSFER_BYTES),
      from: 0,
      total: body.length,
      body,
    },
  ]);
}

function resultOf(status: number | undefined): PaperErasureResult {
  if (status === 204) return 'erased';
  return status === 404 ? 'unknown' : 'failed';
}
