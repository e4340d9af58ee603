import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PartyRole } from '@aboveboard/consent/agreement';
import { canonicalBytes, canonicalDigest } from '@aboveboard/consent/canonical-json';
import { type Hold, holdDigest, parseHold } from '@aboveboard/consent/hold-document';
import { signHoldStatement } from '@aboveboard/consent/hold-note';
import { type PlainUse, plainEntry } from '@aboveboard/consent/uses-entry';
import type { KeptHalves, ShownHold } from '@aboveboard/protocol/guardian-halves';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64url, HalfInstallation, PARTIES } from './half-fixture.ts';

let of: HalfInstallation;
beforeAll(async () => {
  of = await HalfInstallation.start();
});
afterAll(() => of.end());

type Made = {
  slice: Hold['slice'];
  by?: readonly PartyRole[];
  hold?: Partial<Hold>;
  /** What the entry of the log says otherwise. */
  act?: object;
  /** The log signed it, and the guardian's witness has not seen it. */
  uncosigned?: boolean;
  to?: HalfInstallation;
};

/** A hold as the server shows it: sound, but for what a test changes. */
async function shown({
  slice,
  by = ['employer', 'representative'],
  to = of,
  ...change
}: Made): Promise<ShownHold> {
  const { id, version } = to.agreement;
  const hold: Hold = {
    format: 'aboveboard-hold',
    formatVersion: 1,
    id: randomBytes(16).toString('hex'),
    agreement: { id, version, digest: await canonicalDigest(to.agreement, crypto.subtle) },
    reason: 'court-order',
    slice,
    from: to.clock.now - 60,
    until: to.clock.now + 3_600,
    ...change.hold,
  };
  const document = canonicalBytes(hold);
  const digest = await holdDigest(document, crypto.subtle);
  const notes = await Promise.all(
    by.map((role) => signHoldStatement({ kind: 'hold-approval', hold: hold.id, digest }, PARTIES[role])),
  );
  const approvedBy = (['employer', 'representative'] as const).map((role) => ({ role, account: null }));
  const entry = plainEntry({
    format: 'aboveboard-use',
    formatVersion: 1,
    at: to.clock.now,
    actor: { role: 'representative', account: null },
    act: {
      kind: 'hold',
      hold: hold.id,
      reason: hold.reason,
      approvedBy,
      until: hold.until,
      subject: digest,
      ...change.act,
    },
  } as PlainUse);
  const { index } = await to.uses.append(entry);
  const signed = change.uncosigned ? await to.head(to.uses) : await to.cosign(to.uses);
  return {
    document: base64url(document),
    notes: notes.map(base64url),
    entry: base64url(entry),
    proof: base64url(await to.prove(to.uses, index, signed)),
  };
}

const only = (...ids: string[]): Hold['slice'] => ({ kind: 'recordings', recordings: [...ids].sort() });
const destroy = async (ids: readonly string[], holds: ShownHold[], to = of) => {
  const answer = await to.post('/halves/destroyed', { ...(await to.destroying(ids)), holds });
  return { status: answer.status, held: (answer.body as Partial<KeptHalves>).held ?? [] };
};
/** What it gives of this one under a grant that is sound. */
const given = async (id: string, to = of) => {
  const request = await to.ask([id], { grant: await to.grant({ slice: only(id) as never }) });
  return (await to.post('/halves/given', request.asked)).body.missing;
};
/** Is the half still in the store? */
const isThere = (id: string) =>
  of.whileStopped(async () => {
    const store = new DatabaseSync(join(of.data, 'guardian.sqlite'), { readOnly: true });
    const row = store.prepare('select 1 from half where recording = ?').get(id);
    store.close();
    return row !== undefined;
  });

describe('a legal hold at the guardian', () => {
  it('[HLD30, HLD31] keeps what it covers, gives it to nobody, and destroys it when it is shown none', async () => {
    const [held, free] = [await of.release(), await of.release()];
    const hold = await shown({ slice: only(held.id) });
    expect(await destroy([held.id, free.id], [hold])).toEqual({ status: 200, held: [held.id] });
    expect([await given(held.id), await given(free.id)]).toEqual([[held.id], [free.id]]);
    expect([await isThere(held.id), await isThere(free.id)]).toEqual([true, false]);
    expect(await destroy([held.id], [hold])).toEqual({ status: 200, held: [held.id] });
    expect(await destroy([held.id], [])).toEqual({ status: 204, held: [] });
    expect(await isThere(held.id)).toBe(false);
    expect((await of.post('/halves', held.body)).status).toBe(410);
  });

  it('[HLD31] seeded hole: a server that never comes back keeps nothing beyond the end of the hold', async () => {
    const { id } = await of.release();
    const [until] = [of.clock.now + 3_600];
    expect((await destroy([id], [await shown({ slice: only(id) })])).held).toEqual([id]);
    expect(await isThere(id)).toBe(true);
    of.clock.now = until;
    await of.restart();
    expect(await isThere(id)).toBe(false);
  });

  it.each<[what: string, make: (id: string) => Promise<ShownHold>]>([
    ['that one party approved', (id) => shown({ slice: only(id), by: ['employer'] })],
    [
      'that the employer and the officer approved',
      (id) => shown({ slice: only(id), by: ['employer', 'data-protection-officer'] }),
    ],
    [
      'that is over',
      (id) => shown({ slice: only(id), hold: { from: of.clock.now - 600, until: of.clock.now } }),
    ],
    ['of somebody else’s recordings', async () => shown({ slice: only((await of.release()).id) })],
    [
      'of other weeks',
      () => shown({ slice: { kind: 'tasks', cards: null, weeks: { from: '2025-W01', to: '2025-W02' } } }),
    ],
    [
      'that is not in the log as it stands',
      (id) => shown({ slice: only(id), act: { subject: '00'.repeat(32) } }),
    ],
    ['that its witness has not seen in the log', (id) => shown({ slice: only(id), uncosigned: true })],
    [
      'with the entry of another hold',
      async (id) => {
        const { entry, proof } = await shown({ slice: only(id) });
        return { ...(await shown({ slice: only(id) })), entry, proof };
      },
    ],
    [
      'of another agreement',
      (id) =>
        shown({ slice: only(id), hold: { agreement: { id: 'other', version: 1, digest: '11'.repeat(32) } } }),
    ],
    [
      'that is no document',
      async (id) => ({ ...(await shown({ slice: only(id) })), document: base64url(randomBytes(40)) }),
    ],
  ])(
    '[HLD30, HLD32] seeded hole: for a hold %s it keeps nothing: she asked, and it is erased',
    async (_, make) => {
      const { id } = await of.release();
      expect(await destroy([id], [await make(id)])).toEqual({ status: 204, held: [] });
      expect(await isThere(id)).toBe(false);
    },
  );

  it('[HLD32] while the rules can not be proved it destroys', async () => {
    const { id } = await of.release();
    const hold = await shown({ slice: only(id) });
    const before = of.speaks.rules;
    of.speaks.rules = async () => null;
    expect((await destroy([id], [hold])).held).toEqual([]);
    of.speaks.rules = before;
    expect(await isThere(id)).toBe(false);
  });

  it('[HLD30] seeded hole: without looking at who approved it, it would be kept', async () => {
    const careless = await HalfInstallation.start({
      halfChecks: {
        verifyHold: async ({ hold }) => {
          const parsed = parseHold(hold);
          if (!parsed.ok) return parsed;
          return { ok: true, hold: parsed.value, digest: await holdDigest(hold, crypto.subtle) };
        },
      },
    });
    try {
      const { id } = await careless.release();
      const hold = await shown({ slice: only(id), to: careless, by: ['employer'] });
      expect((await destroy([id], [hold], careless)).held).toEqual([id]);
    } finally {
      await careless.end();
    }
  });
});
