import type { NoteSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { ADD_CHECKPOINT_BYTES_LIMIT, Witness } from '@aboveboard/tlog/witness';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ForkLookout } from './fork-lookout.ts';
import type { KnownLogs } from './known-logs.ts';
import type { WitnessRows } from './witness-rows.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/** A witness as tlog-witness has it asked (spec/log.md, LOG130-LOG139), and what it found. */
export function witnessRoutes(parts: {
  rows: WitnessRows;
  logs: KnownLogs;
  cosigners: readonly NoteSigner[];
  lookout: ForkLookout;
}) {
  const { rows, logs, cosigners, lookout } = parts;
  const witness = new Witness({ storage: rows, cosigners, logs: logs.keys });
  const limit = bodyLimit({
    maxSize: ADD_CHECKPOINT_BYTES_LIMIT,
    onError: (context) => context.text('too many bytes\n', 400, TEXT),
  });
  return new Hono()
    .post('/witness/add-checkpoint', limit, async (context) => {
      if (logs.keys.size < 2) await logs.learn();
      const body = new Uint8Array(await context.req.arrayBuffer());
      const answer = await witness.addCheckpoint(body);
      if (answer.evidence) rows.keepFork(answer.evidence.first.checkpoint.origin, answer.evidence);
      // Nobody waits for it: what was asked is answered.
      else if (answer.status === 422) void lookout.look(body);
      return new Response(answer.body, {
        status: answer.status,
        headers: { 'content-type': answer.contentType },
      });
    })
    .get('/witness/vkey', (context) =>
      context.text(cosigners.map(({ key }) => `${formatVerifierKey(key)}\n`).join(''), 200, TEXT),
    )
    .get('/witness/forks', (context) =>
      context.json(
        {
          forks: rows.forks().map(({ origin, evidence }) => ({
            origin,
            evidence: new TextDecoder().decode(evidence),
          })),
        },
        200,
        { 'cache-control': 'no-store' },
      ),
    );
}
