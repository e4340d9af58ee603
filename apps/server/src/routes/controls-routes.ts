import { CONTROLS, type ShownControls } from '@aboveboard/protocol/controls';
import { createRoute, z } from '@hono/zod-openapi';
import type { Controls } from '../controls/controls.ts';
import { answers } from './answers.ts';
import { makeRouter } from './router.ts';

const shownControls: z.ZodType<ShownControls, ShownControls> = z
  .object({
    at: z.iso.datetime(),
    controls: z.array(
      z.object({
        name: z.enum(CONTROLS),
        state: z.enum(['ok', 'not-ok', 'unchecked']),
        checkedAt: z.iso.datetime(),
        agreed: z.string(),
        found: z.string(),
        todo: z.string().nullable(),
      }),
    ),
    waits: z.array(
      z.object({
        kind: z.enum(['version', 'expiry', 'grant', 'hold', 'lock', 'erasure', 'backup']),
        says: z.string(),
        by: z.iso.date().nullable(),
        because: z.string(),
        page: z.enum(['/sign', '/grants', '/holds', '/draft']).nullable(),
      }),
    ),
  })
  .openapi('ShownControls');

/** Whether what was agreed is so now, for those who agreed on it and who runs the machine (CTL1). No number of people's doing. */
export function controlsRoutes({ controls }: { controls: Controls }) {
  return makeRouter().openapi(
    createRoute({
      method: 'get',
      path: '/controls',
      summary: 'What was agreed, each checked just now, and what waits for whoever asks',
      request: {},
      responses: answers(shownControls, 'Controls and what waits'),
    }),
    async (context) => context.json(await controls(context.get('asking')), 200),
  );
}
