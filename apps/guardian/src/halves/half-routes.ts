import {
  type GivenHalves,
  HALVES_REFUSALS,
  type HalvesRefusal,
  type KeptHalves,
} from '@aboveboard/protocol/guardian-halves';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Halves } from './halves.ts';
import { HalvesRefused } from './halves-refused.ts';

const bytes = (most: number) =>
  z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const recordings = z
  .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/))
  .min(1)
  .max(1_000)
  .refine((ids) => new Set(ids).size === ids.length);
const BODIES = {
  keep: z.strictObject({
    recording: z.string().max(64),
    envelope: bytes(8 * 1024),
    note: bytes(8 * 1024),
  }),
  give: z.strictObject({
    grant: bytes(65_535),
    notes: z.array(bytes(8 * 1024)).max(12),
    entry: bytes(65_535),
    proof: bytes(256 * 1024),
    jobKey: bytes(8 * 1024),
    recordings,
  }),
  destroy: z.strictObject({
    entry: bytes(65_535),
    proof: bytes(256 * 1024),
    recordings,
    holds: z
      .array(
        z.strictObject({
          document: bytes(65_535),
          notes: z.array(bytes(8 * 1024)).max(12),
          entry: bytes(65_535),
          proof: bytes(256 * 1024),
        }),
      )
      .max(4)
      .default([]),
  }),
};

/** What the server asks (packages/protocol/src/guardian-halves.ts). Bodies are bounded, and so is how many are looked at at once. */
export function halfRoutes({
  halves,
  limits,
}: {
  halves: Halves;
  limits: { halvesBytes: number; halvesWaiting: number };
}) {
  let waiting = 0;

  async function answered(context: Context, work: (body: unknown) => Promise<Response>): Promise<Response> {
    if (waiting >= limits.halvesWaiting) {
      return refusal(context, new HalvesRefused('unavailable', 'Busy; try again.'));
    }
    waiting++;
    try {
      halves.keeping.destroyDue();
      const isJson = /^application\/json\b/.test(context.req.header('content-type') ?? '');
      return await work(isJson ? await context.req.json().catch(() => null) : null);
    } catch (error) {
      if (error instanceof HalvesRefused) return refusal(context, error);
      return refusal(context, new HalvesRefused('unavailable', 'It failed, and nothing was given.'));
    } finally {
      waiting--;
    }
  }

  return new Hono()
    .use(
      '/halves/*',
      bodyLimit({
        maxSize: limits.halvesBytes,
        onError: (context) =>
          refusal(context, new HalvesRefused('malformed', 'This is longer than it may be.')),
      }),
    )
    .get('/halves/recipient', (context) =>
      context.text(`${halves.recipient}\n`, 200, { 'cache-control': 'no-store' }),
    )
    .post('/halves', (context) =>
      answered(context, async (body) => {
        await halves.keeping.keep(read(body, BODIES.keep));
        return context.body(null, 204);
      }),
    )
    .post('/halves/given', (context) =>
      answered(context, async (body) => {
        const { envelope, missing } = await halves.give(read(body, BODIES.give));
        const given: GivenHalves = { envelope: Buffer.from(envelope).toString('base64url'), missing };
        return context.json(given, 200, { 'cache-control': 'no-store' });
      }),
    )
    .post('/halves/destroyed', (context) =>
      answered(context, async (body) => {
        const { held } = await halves.keeping.destroy(read(body, BODIES.destroy));
        const kept: KeptHalves = { held };
        return held.length === 0 ? context.body(null, 204) : context.json(kept, 200);
      }),
    );
}

function read<T>(body: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HalvesRefused('malformed', 'This is not what is asked for here.');
}

function refusal(context: Context, { code, message, faults }: HalvesRefused): Response {
  const body: HalvesRefusal = {
    error: { code, message, ...(faults.length > 0 ? { faults: [...faults] } : {}) },
  };
  return context.json(body, HALVES_REFUSALS[code], { 'cache-control': 'no-store' });
}
