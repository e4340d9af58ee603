import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Grant, parseGrant } from '@aboveboard/consent/grant-document';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { MyAccesses, ShownGrant } from '@aboveboard/protocol/grants';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import { actorOf } from '../src/logs/uses-log.ts';
import { Client, makeRecording } from './device.ts';
import { startGranting } from './granting.ts';

const { server, by, asked, noteOf, say, approve, shown, entered, stop } = await startGranting();
const second = await Client.redeem(server.url, await server.makeCode('researcher', 1));
afterAll(stop);

describe('reading under a grant', () => {
  const released = async () => {
    const recording = await makeRecording(server.about);
    expect((await by.contributor.upload(recording)).body.state).toBe('complete');
    return recording.manifest.id;
  };
  const openAs = (client: Client, id: string, purpose = 'dataset') =>
    client.call<{ access: string }>('POST', '/api/accesses', { purpose, recordings: [id] });
  const journal = async (access: string) =>
    (
      await server.installation.inner.database.query<{ grant_id: string | null }>(
        'select grant_id from access_entry where entry = $1',
        [access],
      )
    )[0]?.grant_id;

  it('[ACC14] names the grant in journal and log, until a party revokes it', async () => {
    const id = await released();
    const grant = await asked();
    await approve(grant);
    const opened = await openAs(by.researcher, id);
    expect(await journal(opened.body.access)).toBe(grant.id);
    expect((await entered(grant.id)).at(-1)).toBe('access by researcher');
    await say(by.dpo, grant, await noteOf(grant, 'grant-revocation', 'data-protection-officer', 1));
    expect((await shown(grant)).body).toMatchObject({ state: 'ended', end: { kind: 'revoked' } });
    // A demonstration then approves for itself (ACC16); this grant is not what it reads under.
    const again = await openAs(by.researcher, id);
    expect(await journal(again.body.access)).not.toBe(grant.id);
  });

  it('[LGS40] the same again at once is another entry, not the same bytes: a job is given nothing for one that was used', async () => {
    const id = await released();
    const grant = await asked();
    await approve(grant);
    const opened = await Promise.all([1, 2, 3].map(() => openAs(by.researcher, id)));
    expect(await Promise.all(opened.map(({ body }) => journal(body.access)))).toEqual(
      Array(3).fill(grant.id),
    );
    const { storage, size } = server.installation.inner.logs.uses;
    const entries = (await storage.entries(0, await size())).flatMap((bytes) => {
      const read = readUsesEntry(bytes);
      const isAccess = read.ok && read.value.kind === 'plain' && read.value.use.act.kind === 'access';
      return isAccess ? [Buffer.from(bytes).toString()] : [];
    });
    const ours = entries.filter((entry) => entry.includes(grant.id));
    expect(ours).toHaveLength(3);
    expect(new Set(ours).size).toBe(3);
  });

  it('[ACC14] a command reads under it for the account that asked', async () => {
    const id = await released();
    const grant = await asked(second);
    await approve(grant);
    const { grants, journal: openings } = server.installation;
    const asker = await grants.askerOf(grant.id);
    expect(await grants.askerOf('0'.repeat(32))).toBeNull();
    const access = await openings.beforeRead({ kind: 'dataset', by: `researcher:${asker}` }, [id]);
    expect(await journal(access.entry)).toBe(grant.id);
    expect((await entered(grant.id)).at(-1)).toBe('access by researcher');
  });

  it("[ACC14] another's grant, another reading and another slice are none", async () => {
    const id = await released();
    const grant = await asked();
    const narrow = await asked(by.researcher, {
      slice: { kind: 'recordings', recordings: ['A'.repeat(22)] },
      reading: ['inspection'],
    });
    await approve(grant);
    await approve(narrow);
    const used = async (client: Client, purpose: string) =>
      journal((await openAs(client, id, purpose)).body.access);
    expect(await used(by.researcher, 'dataset')).toBe(grant.id);
    expect([grant.id, narrow.id]).not.toContain(await used(second, 'dataset'));
    expect([grant.id, narrow.id]).not.toContain(await used(by.researcher, 'inspection'));
  });

  it('[ACC17] are shown to the contributor whose recording was read, with the entry, and to nobody else', async () => {
    const hers = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const view = async (client: Client) => (await client.call<MyAccesses>('GET', '/api/my/accesses')).body;
    const before = await view(hers);
    expect(before.accesses).toEqual([]);
    expect(before.days).toHaveLength(30);
    expect(before.days.every(({ readings }) => readings === 0)).toBe(true);

    const recording = await makeRecording(server.about);
    await hers.upload(recording);
    const mine = recording.manifest.id;
    const others = await released();
    const answer = await by.researcher.call<{ access: string }>('POST', '/api/accesses', {
      purpose: 'dataset',
      recordings: [others, mine],
    });
    expect(answer.status).toBe(200);
    const after = await view(hers);
    const grant = await journal(answer.body.access);
    expect(after.accesses).toEqual([
      {
        day: expect.any(String),
        kind: 'dataset',
        by: 'researcher',
        grant,
        recordings: [mine],
        entry: expect.any(Number),
      },
    ]);
    expect(after.days.at(-1)).toEqual({ day: after.accesses[0]?.day, readings: 1 });
    const { storage } = server.installation.inner.logs.uses;
    const at = after.accesses[0]?.entry ?? -1;
    const [entry] = await storage.entries(at, at + 1);
    const read = readUsesEntry(entry ?? new Uint8Array());
    expect(read.ok && read.value.kind === 'plain' && read.value.use.act).toMatchObject({
      kind: 'access',
      grant,
    });

    const stranger = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    expect((await view(stranger)).accesses).toEqual([]);
    expect((await by.operator.call('GET', '/api/my/accesses')).status).toBe(403);
    expect(JSON.stringify(after)).not.toContain(others);
  });

  it('[ACC14, ACC16] production reads nothing that no grant covers, whoever asks below the routes', async () => {
    const id = await released();
    const { journal: access } = server.installation;
    for (const by of ['operator', 'server', 'representative', 'researcher']) {
      await expect(access.beforeRead({ kind: 'dataset', by }, [id])).rejects.toThrow();
    }
  });

  it('[ACC14] seeded hole: a grant that is only claimed to hold opens nothing', async () => {
    const { makeMayOpen } = await import('../src/access/opening-decision.ts');
    const { shippedDecide } = await import('../src/access/policies.ts');
    const id = await released();
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const mayOpen = makeMayOpen({
      decide: shippedDecide(),
      rules,
      held: server.installation.inner.held,
      now: Date.now,
    });
    const grant = await asked();
    const purpose = { kind: 'dataset', by: `researcher:${grantOf(grant).asker}` } as const;
    const given = (notes: readonly Uint8Array[]) => ({
      grant: grantOf(grant),
      document: new TextEncoder().encode(grant.document),
      notes,
      jobSigner: null as never,
    });
    const known = await server.installation.recordings.known([id]);
    const notes = await Promise.all([
      noteOf(grant, 'grant-approval', 'representative'),
      noteOf(grant, 'grant-approval', 'employer'),
    ]);
    await expect(mayOpen(purpose, [id], { known, given: given(notes) })).resolves.toBeUndefined();
    await expect(mayOpen(purpose, [id], { known, given: given(notes.slice(1)) })).rejects.toThrow(
      /not opened/,
    );
    await expect(mayOpen(purpose, [id], { known, given: null })).rejects.toThrow(/not opened/);
    const widened = {
      ...given(notes),
      document: canonicalBytes({ ...grantOf(grant), reading: ['inspection'] }),
    };
    await expect(mayOpen(purpose, [id], { known, given: widened })).rejects.toThrow(/not opened/);
    const stranger = { kind: 'dataset', by: 'researcher:another' } as const;
    await expect(mayOpen(stranger, [id], { known, given: given(notes) })).rejects.toThrow(/not opened/);
  });

  const grantOf = (grant: ShownGrant): Grant => {
    const parsed = parseGrant(new TextEncoder().encode(grant.document));
    if (!parsed.ok) throw new Error('a grant');
    return parsed.value;
  };

  it('[ACC10] the account of who asks is the one that the log names for what he reads', async () => {
    const session = await by.researcher.call<{ handle: string }>('GET', '/api/session');
    const grant = await asked();
    expect(grantOf(grant).asker).toBe(actorOf(`researcher:${session.body.handle}`).account);
  });
});
