import { type GrantStatement, signGrantStatement } from '@aboveboard/consent/grant-note';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { GrantWish, ShownGrant } from '@aboveboard/protocol/grants';
import { expect } from 'vitest';
import { type DemonstrationParties, demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { Client } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

export const wish = (change: Partial<GrantWish> = {}): GrantWish => ({
  purpose: 'model-training',
  reading: ['dataset'],
  slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W01', to: '2027-W52' } },
  days: 30,
  ...change,
});

/** A demonstration with somebody signed in for each role, and what they do about grants. */
export const startGranting = async () => {
  const server = await startDemonstration();
  const parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  const by: Record<
    'contributor' | 'researcher' | 'operator' | 'representative' | 'dpo' | 'employer',
    Client
  > = {} as never;
  for (const role of Object.keys(server.codes) as (keyof typeof by)[]) {
    by[role] = await Client.redeem(server.url, server.codes[role]);
  }
  const asked = async (client = by.researcher, change: Partial<GrantWish> = {}): Promise<ShownGrant> => {
    const answer = await client.call<ShownGrant>('POST', '/api/grants', wish(change));
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const noteOf = (
    grant: ShownGrant,
    kind: GrantStatement['kind'],
    party: keyof DemonstrationParties,
    keys = 2,
  ) =>
    signGrantStatement(
      kind === 'grant-refusal'
        ? { kind, grant: grant.id, digest: grant.digest, reason: 'slice' }
        : { kind, grant: grant.id, digest: grant.digest },
      parties[party].slice(0, keys),
    );
  const say = async (client: Client, grant: Pick<ShownGrant, 'id'>, note: Uint8Array) => {
    const answer = await fetch(`${server.url}/api/grants/${grant.id}/notes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/octet-stream' },
      body: note as Uint8Array<ArrayBuffer>,
    });
    return {
      status: answer.status,
      body: (await answer.json()) as ShownGrant & { error?: { faults?: { rule: string }[] } },
    };
  };
  const approve = async (grant: ShownGrant) => {
    await say(by.representative, grant, await noteOf(grant, 'grant-approval', 'representative'));
    return say(by.dpo, grant, await noteOf(grant, 'grant-approval', 'data-protection-officer'));
  };
  const shown = async (grant: ShownGrant, client = by.representative) =>
    client.call<ShownGrant>('GET', `/api/grants/${grant.id}`);
  /** Plain acts of the log of uses that name this grant, in order. */
  const entered = async (id: string) => {
    const { storage, size } = server.installation.inner.logs.uses;
    return (await storage.entries(0, await size())).flatMap((bytes) => {
      const read = readUsesEntry(bytes);
      if (!read.ok || read.value.kind !== 'plain') return [];
      const { act, actor } = read.value.use;
      return 'grant' in act && act.grant === id ? [`${act.kind} by ${actor.role}`] : [];
    });
  };
  const stop = async () => {
    await server.stop();
    clearFolders();
  };
  return { server, parties, by, asked, noteOf, say, approve, shown, entered, stop };
};
