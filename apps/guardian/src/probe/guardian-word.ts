import { createHash } from 'node:crypto';
import { guardianWordText, parseWordQuestion, type WordLock } from '@aboveboard/protocol/guardian-word';
import { formatNote, parseNote } from '@aboveboard/tlog/note';
import { signNote, verifyNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { KnownLogs } from '../witness/known-logs.ts';
import type { ProbeRound } from './outside-probe.ts';

const QUESTION_BYTES = 4 * 1024;
const REMEMBERED = 4_096;

/**
 * `POST /word`: how this guardian is, for its server alone (spec/controls.md, CTL20-CTL24). Where doors stand open is nobody
 * else's to know, so who asks signs with the key of the log of uses; a question is answered once.
 */
export function wordRoutes(parts: {
  logs: KnownLogs;
  signers: () => readonly NoteSigner[];
  lockedBy: () => WordLock | null;
  probe: () => ProbeRound | null;
  /** Seconds since 1970 of the last sealed backup; null: none was made. */
  backedUp: () => number | null;
  /** Seconds since 1970. */
  now: () => number;
}) {
  const { logs, signers, lockedBy, probe, backedUp, now } = parts;
  const answered = new Set<string>();

  /** The random number of a question of the server's own that was not answered before; null: it is none. */
  async function questionIn(bytes: Uint8Array): Promise<{ asked: string; log: string } | null> {
    if (!logs.named('uses')) await logs.learn();
    const log = logs.named('uses');
    const note = parseNote(bytes);
    const asked = note.ok ? parseWordQuestion(note.value.text) : null;
    if (!log || !note.ok || asked === null || !verifyNote(note.value, log.keys).ok) return null;
    const mark = createHash('sha256').update(asked).digest('base64');
    if (answered.has(mark)) return null;
    answered.add(mark);
    for (const oldest of answered) {
      if (answered.size <= REMEMBERED) break;
      answered.delete(oldest);
    }
    return { asked, log: log.origin };
  }

  return new Hono()
    .use('/word', bodyLimit({ maxSize: QUESTION_BYTES, onError: (context) => context.body(null, 413) }))
    .post('/word', async (context) => {
      const question = await questionIn(new Uint8Array(await context.req.arrayBuffer()));
      if (!question) return context.body(null, 403, { 'cache-control': 'no-store' });
      const round = probe();
      const text = guardianWordText({
        ...question,
        at: now(),
        lockedBy: lockedBy(),
        backup: backedUp() ?? 'none',
        probe: round && {
          ...{ at: round.at, tried: round.tried, unanswered: round.unanswered, found: round.found },
          lacking: round.lacking.length,
          doors: [...new Set(round.findings.map(({ method, path }) => `${method} ${path}`))],
        },
      });
      const note = formatNote(await signNote(text, signers()));
      return context.body(note as Uint8Array<ArrayBuffer>, 200, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
      });
    });
}
