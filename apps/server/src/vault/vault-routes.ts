import {
  type BackedUpVault,
  type GivenVaultHalves,
  VAULT_REFUSALS,
  type VaultRefusal,
} from '@aboveboard/protocol/vault-halves';
import { isRecordingId } from '@aboveboard/vault/recording-key';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { VaultDesk } from './vault-desk.ts';
import { VaultRefused } from './vault-refused.ts';

const BODY_BYTES = 1024 * 1024;
/** Requests that are looked at at one time. */
const WAITING = 64;

const bytes = (most: number) =>
  z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const recording = z.string().refine(isRecordingId);
const recordings = z
  .array(recording)
  .min(1)
  .max(1_000)
  .refine((ids) => new Set(ids).size === ids.length);
const sent = z.strictObject({ recording, envelope: bytes(8 * 1024), note: bytes(8 * 1024) });
const asked = z.strictObject({
  grant: bytes(65_535),
  notes: z.array(bytes(8 * 1024)).max(12),
  entry: bytes(65_535),
  proof: bytes(256 * 1024),
  jobKey: bytes(8 * 1024),
  recordings,
});
const destroyed = z.strictObject({ entry: bytes(65_535), proof: bytes(256 * 1024), recordings });
const held = z.strictObject({ recording });
const nothing = z.strictObject({});

/** What the server asks (packages/protocol/src/vault-halves.ts). Bodies are bounded, and so is how many are looked at at once. */
export function vaultRoutes(desk: VaultDesk): Hono {
  let waiting = 0;

  async function answered(context: Context, work: (body: unknown) => Promise<Response>): Promise<Response> {
    if (waiting >= WAITING) return refusal(context, new VaultRefused('unavailable', 'Busy; try again.'));
    waiting++;
    try {
      return await work(await context.req.json().catch(() => null));
    } catch (error) {
      if (error instanceof VaultRefused) return refusal(context, error);
      return refusal(context, new VaultRefused('unavailable', 'It failed, and nothing was given.'));
    } finally {
      waiting--;
    }
  }
  const done = (context: Context) => context.body(null, 204);

  return new Hono()
    .use(
      bodyLimit({
        maxSize: BODY_BYTES,
        onError: (context) =>
          refusal(context, new VaultRefused('malformed', 'This is longer than it may be.')),
      }),
    )
    .post('/vault/checked', (context) =>
      answered(context, async (body) => {
        await desk.check(read(body, sent));
        return done(context);
      }),
    )
    .post('/vault/kept', (context) =>
      answered(context, async (body) => {
        await desk.keep(read(body, sent));
        return done(context);
      }),
    )
    .post('/vault/given', (context) =>
      answered(context, async (body) => {
        const { envelope, ...rest } = await desk.give(read(body, asked));
        const given: GivenVaultHalves = { envelope: Buffer.from(envelope).toString('base64url'), ...rest };
        return context.json(given, 200);
      }),
    )
    .post('/vault/held', (context) =>
      answered(context, async (body) => {
        await desk.held(read(body, held).recording);
        return done(context);
      }),
    )
    .post('/vault/backed-up', (context) =>
      answered(context, async (body) => {
        read(body, nothing);
        const said: BackedUpVault = { at: await desk.backedUp() };
        return context.json(said, 200);
      }),
    )
    .post('/vault/destroyed', (context) =>
      answered(context, async (body) => {
        await desk.destroy(read(body, destroyed));
        return done(context);
      }),
    );
}

function read<T>(body: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new VaultRefused('malformed', 'This is not what is asked for here.');
}

function refusal(context: Context, { code, message, faults }: VaultRefused): Response {
  const body: VaultRefusal = {
    error: { code, message, ...(faults.length > 0 ? { faults: [...faults] } : {}) },
  };
  return context.json(body, VAULT_REFUSALS[code]);
}
