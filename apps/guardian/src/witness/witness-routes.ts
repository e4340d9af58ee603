import { formatVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import { ADD_CHECKPOINT_BYTES_LIMIT, Witness } from '@aboveboard/tlog/witness';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ForkLookout } from './fork-lookout.ts';
import type { KnownLogs } from './known-logs.ts';
import type { WitnessIdentity } from './witness-identity.ts';
import type { WitnessRows } from './witness-rows.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/** A witness as tlog-witness has it asked (spec/log.md, LOG130-LOG139), and what it found. */
export function witnessRoutes(parts: {
  rows: WitnessRows;
  logs: KnownLogs;
  identity: Pick<WitnessIdentity, 'cosigners' | 'pairs' | 'next'>;
  lookout: ForkLookout;
  /** Looks at the rules: they may say that the log has other keys. */
  seeRules: () => Promise<unknown>;
}) {
  const { rows, logs, identity, lookout } = parts;
  const witness = new Witness({ storage: rows, cosigners: identity.cosigners, logs: logs.keys });
  const said = (context: Context, keys: readonly VerifierKey[]) =>
    context.text(keys.map((key) => `${formatVerifierKey(key)}\n`).join(''), 200, TEXT);
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
      // Nobody waits for either: what was asked is answered.
      else if (answer.status === 422) void lookout.look(body);
      else if (answer.status === 403) void parts.seeRules();
      return new Response(answer.body, {
        status: answer.status,
        headers: { 'content-type': answer.contentType },
      });
    })
    .get('/witness/vkey', (context) => said(context, identity.pairs()[0] ?? []))
    .get('/witness/next-vkey', (context) => {
      const next = identity.next();
      return next.length === 0 ? context.text('no keys are to come\n', 404, TEXT) : said(context, next);
    })
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
