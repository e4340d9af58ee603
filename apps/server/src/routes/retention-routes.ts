import { createRoute, z } from '@hono/zod-openapi';
import type { Database } from '../database/database.ts';
import { sweepAlarm } from '../retention/sweep-alarm.ts';
import { lastSweep } from '../retention/sweep-rows.ts';
import { answers } from './answers.ts';
import { makeRouter } from './router.ts';

const retentionWatch = z
  .object({
    alarm: z.enum(['never', 'late', 'failed', 'unplaced']).nullable(),
    /** When the last sweep ended; null: none has. */
    ended: z.iso.datetime().nullable(),
  })
  .openapi('RetentionWatch');

/** Whether the agreed limits of time are enforced, for those who agreed on them and who runs the machine (RET9). No number. */
export function retentionRoutes(parts: { database: Database; now: () => number }) {
  const { database, now } = parts;
  return makeRouter().openapi(
    createRoute({
      method: 'get',
      path: '/retention',
      summary: 'Whether what is over its agreed time is being erased',
      request: {},
      responses: answers(retentionWatch, 'The alarm, and when the last sweep ended'),
    }),
    async (context) => {
      const last = await lastSweep(database.query);
      const ended = last && new Date(last.ended).toISOString();
      return context.json({ alarm: sweepAlarm(last, now()), ended }, 200);
    },
  );
}
