import { signGrantStatement } from '@aboveboard/consent/grant-note';
import type { GrantWish, ShownGrant } from '@aboveboard/protocol/grants';
import { isoWeek } from '@aboveboard/protocol/week';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAskedFor } from '../src/access/asked-for.ts';
import { type DemonstrationParties, demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import type { StartedServer } from '../src/start.ts';
import { Client } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
let parties: DemonstrationParties;
let researcher: Client;
const stewards: Partial<Record<keyof DemonstrationParties, Client>> = {};
beforeAll(async () => {
  server = await startDemonstration();
  parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  researcher = await Client.redeem(server.url, server.codes.researcher);
  stewards.representative = await Client.redeem(server.url, server.codes.representative);
  stewards['data-protection-officer'] = await Client.redeem(server.url, server.codes.dpo);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

/** Asked, and approved by two. */
async function granted(slice: GrantWish['slice']): Promise<void> {
  const wish: GrantWish = { purpose: 'model-training', reading: ['dataset'], slice, days: 30 };
  const { body } = await researcher.call<ShownGrant>('POST', '/api/grants', wish);
  for (const party of ['representative', 'data-protection-officer'] as const) {
    const statement = { kind: 'grant-approval', grant: body.id, digest: body.digest } as const;
    const note = await signGrantStatement(statement, parties[party]);
    const said = await stewards[party]?.call('POST', `/api/grants/${body.id}/notes`, note);
    expect(said?.status).toBe(200);
  }
}

describe('task cards that are asked for', () => {
  it('[GRT50] only of weeks that are not over, of slices that name cards, and looked up once a minute', async () => {
    const now = { ms: Date.now(), asked: 0, isBroken: false };
    const week = isoWeek(now.ms);
    const before = isoWeek(now.ms - 7 * 86_400_000);
    const cardOf = (id: string) => [{ id, version: null }];
    const tasks = (to: string, cards: ReturnType<typeof cardOf> | null) =>
      ({ kind: 'tasks', cards, weeks: { from: '2026-W01', to } }) as const;
    await granted(tasks(week, cardOf('of-this-week')));
    await granted(tasks(before, cardOf('of-last-week')));
    await granted(tasks(week, null));
    const some: GrantWish['slice'] = { kind: 'recordings', recordings: ['A'.repeat(22)] };
    await granted(some);
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const find = makeAskedFor({
      database: server.installation.inner.database,
      rules: async () => {
        now.asked++;
        if (now.isBroken) throw new Error('the log');
        return rules();
      },
      now: () => now.ms,
    });
    now.isBroken = true;
    await expect(find()).rejects.toThrow('the log');
    now.isBroken = false;
    // What failed is not remembered.
    const ids = await find();
    expect(ids).toContain('of-this-week');
    expect(ids).not.toContain('of-last-week');
    expect(now.asked).toBe(2);
    now.ms += 59_999;
    expect(await find()).toEqual(ids);
    expect(now.asked).toBe(2);
    now.ms += 1;
    expect(await find()).toEqual(ids);
    expect(now.asked).toBe(3);
    const without = makeAskedFor({
      database: server.installation.inner.database,
      rules: async () => null,
      now: () => now.ms,
    });
    expect(await without()).toEqual([]);
  });
});
