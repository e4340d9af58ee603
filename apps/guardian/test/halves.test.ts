import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTY_ROLES } from '@aboveboard/consent/agreement';
import { fingerprint } from '@aboveboard/consent/enrolment-file';
import { signJobKey } from '@aboveboard/consent/grant-job';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { recipientOf } from '@aboveboard/vault/envelope';
import { openJobHalves } from '@aboveboard/vault/job-halves';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RepresentativeState } from '../src/representative/representative-state.ts';
import { type Answer, base64url, HalfInstallation, JOB, PARTIES } from './half-fixture.ts';
import { representative } from './running-guardian.ts';

let installation: HalfInstallation;
beforeAll(async () => {
  installation = await HalfInstallation.start();
});
afterAll(() => installation.end());

type Asked = Awaited<ReturnType<HalfInstallation['ask']>>;
const give = (asked: Asked['asked']) => installation.post('/halves/given', asked);
const opened = ({ asked, identity }: Asked, answer: { body: Answer }) =>
  openJobHalves(
    new Uint8Array(createHash('sha256').update(Buffer.from(asked.entry, 'base64url')).digest()),
    new Uint8Array(Buffer.from(answer.body.envelope ?? '', 'base64url')),
    identity,
  );
const rulesOf = (answer: { body: Answer }) => (answer.body.error?.faults ?? []).map(({ rule }) => rule);

describe('giving a half', () => {
  it('[GRD65] against grant, cosigned entry and job key, sealed to that job', async () => {
    const [one, two] = [await installation.release(), await installation.release()];
    const request = await installation.ask([one.id, two.id]);
    const answer = await give(request.asked);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.missing).toEqual([]);
    const halves = await opened(request, answer);
    expect(halves.get(one.id)).toEqual(one.halves.guardian);
    expect(halves.get(two.id)).toEqual(two.halves.guardian);
    expect(JSON.stringify(answer.body)).not.toContain(base64url(one.halves.guardian));
  });

  it('[GRD70] again to the same job when the answer was lost, to no other', async () => {
    const { id } = await installation.release();
    const request = await installation.ask([id]);
    for (const _ of [1, 2]) expect((await give(request.asked)).status).toBe(200);
    const other = await generateHybridIdentity();
    const jobKey = await signJobKey(
      { grant: request.grant.grant.id, recipient: await recipientOf(other) },
      JOB,
    );
    const answer = await give({ ...request.asked, jobKey: base64url(jobKey) });
    expect(answer.status).toBe(403);
    expect(rulesOf(answer)).toEqual(['GRD70']);
  });

  it('[GRD71] tells of what it does not hold only to who was granted it', async () => {
    const { id } = await installation.release();
    const absent = base64url(randomBytes(16));
    const slice = { kind: 'recordings' as const, recordings: [id, absent].sort() };
    const request = await installation.ask([id, absent], { grant: await installation.grant({ slice }) });
    const answer = await give(request.asked);
    expect(answer.status).toBe(200);
    expect(answer.body.missing).toEqual([absent]);
    expect([...(await opened(request, answer)).keys()]).toEqual([id]);
  });
});

describe('a server that lies', () => {
  type Attack = [rule: string, what: string, make: (id: string) => Promise<Asked['asked']>];
  const stranger = textSigner('jobs.works.example', ed25519Key(new Uint8Array(32).fill(99)));
  const attacks: Attack[] = [
    [
      'GRT23',
      'one approval alone',
      async (id) => {
        const grant = await installation.grant({}, ['representative']);
        return (await installation.ask([id], { grant })).asked;
      },
    ],
    [
      'GRT23',
      'two approvals without the representative',
      async (id) => {
        const grant = await installation.grant({}, ['employer', 'data-protection-officer']);
        return (await installation.ask([id], { grant })).asked;
      },
    ],
    [
      'GRT23',
      'approvals by made-up parties of the same names',
      async (id) => {
        const grant = await installation.grant({}, []);
        const forged = ['representative', 'employer'].map((name, n) =>
          textSigner(`${name}.works.example`, ed25519Key(new Uint8Array(32).fill(70 + n))),
        );
        grant.notes = await Promise.all(
          forged.map((signer) => installation.say(grant.grant, 'grant-approval', [signer])),
        );
        return (await installation.ask([id], { grant })).asked;
      },
    ],
    [
      'GRT23',
      'approvals of another grant',
      async (id) => {
        const grant = await installation.grant();
        const other = await installation.grant();
        return (await installation.ask([id], { grant: { ...grant, notes: other.notes } })).asked;
      },
    ],
    [
      'GRT25',
      'a grant that was revoked, where the note is shown',
      async (id) => {
        const grant = await installation.grant();
        const revoked = await installation.say(grant.grant, 'grant-revocation', PARTIES.employer);
        return (await installation.ask([id], { grant: { ...grant, notes: [...grant.notes, revoked] } }))
          .asked;
      },
    ],
    [
      'GRT32',
      'a grant that is over',
      async (id) => {
        const { now } = installation.clock;
        const grant = await installation.grant({ from: now - 90, until: now - 30 });
        return (await installation.ask([id], { grant })).asked;
      },
    ],
    [
      'GRT42',
      'a recording outside of the slice, by what its device said of it',
      async () => {
        const other = await installation.release({
          week: '2026-W47',
          card: { id: 'other-task', version: 1 },
        });
        return (await installation.ask([other.id])).asked;
      },
    ],
    [
      'GRT41',
      'another recording than the entry names',
      async (id) => {
        const other = await installation.release();
        return { ...(await installation.ask([id])).asked, recordings: [other.id] };
      },
    ],
    [
      'GRT41',
      'one recording more than the entry names',
      async (id) => {
        const other = await installation.release();
        return { ...(await installation.ask([id])).asked, recordings: [id, other.id] };
      },
    ],
    [
      'GRT41',
      'an entry of another grant',
      async (id) => {
        const grant = await installation.grant();
        const { asked } = await installation.ask([id]);
        const own = await installation.ask([id], { grant });
        return { ...own.asked, entry: asked.entry, proof: asked.proof };
      },
    ],
    [
      'GRT41',
      'an entry of another person',
      async (id) =>
        (await installation.ask([id], { use: { actor: { role: 'researcher', account: '77'.repeat(16) } } }))
          .asked,
    ],
    [
      'GRT41',
      'an entry for something that was not granted',
      async (id) => (await installation.ask([id], { act: { purpose: 'inspection' } })).asked,
    ],
    [
      'GRD68',
      'an entry of yesterday',
      async (id) => {
        const grant = await installation.grant({ from: installation.clock.now - 90_000 });
        return (await installation.ask([id], { grant, use: { at: installation.clock.now - 86_400 } })).asked;
      },
    ],
    [
      'GRD68',
      'an entry of tomorrow',
      async (id) => (await installation.ask([id], { use: { at: installation.clock.now + 3_600 } })).asked,
    ],
    [
      'LOG125',
      'an entry that is not in the log',
      async (id) => {
        const { asked, use } = await installation.ask([id]);
        const text = Buffer.from(use)
          .toString()
          .replace(/"at":(\d+)/, (_, at) => `"at":${Number(at) - 1}`);
        return { ...asked, entry: base64url(Buffer.from(text)) };
      },
    ],
    [
      'LOG104',
      'an entry in the log that this guardian has not cosigned',
      async (id) => {
        const { asked, grant } = await installation.ask([id]);
        const { use, index } = await installation.use(grant.grant, [id]);
        const proof = await installation.prove(
          installation.uses,
          index,
          await installation.head(installation.uses),
        );
        return { ...asked, entry: base64url(use), proof: base64url(proof) };
      },
    ],
    [
      'GRD69',
      'a job key that the grant does not name',
      async (id) => {
        const { asked, grant } = await installation.ask([id]);
        const recipient = await recipientOf(await generateHybridIdentity());
        return {
          ...asked,
          jobKey: base64url(await signJobKey({ grant: grant.grant.id, recipient }, stranger)),
        };
      },
    ],
    [
      'GRD69',
      'a classic recipient, which is readable later',
      async (id) => {
        const { asked, grant } = await installation.ask([id]);
        const recipient = await identityToRecipient(await generateX25519Identity());
        return { ...asked, jobKey: base64url(await signJobKey({ grant: grant.grant.id, recipient }, JOB)) };
      },
    ],
  ];

  it.each(attacks)('[GRD66] [GRD67] [%s] gets nothing for %s', async (rule, _, make) => {
    const { id } = await installation.release();
    const answer = await give(await make(id));
    expect(answer.status, JSON.stringify(answer.body)).toBe(403);
    expect(rulesOf(answer)).toContain(rule);
    expect(JSON.stringify(answer.body)).not.toContain(id);
    expect(answer.body.envelope).toBeUndefined();
  });

  it('[GRD66] gets nothing after a revocation that the guardian has cosigned, even if it shows the older state', async () => {
    const other = await HalfInstallation.start();
    try {
      const { id } = await other.release();
      const before = other.rules.served;
      expect((await other.post('/halves/given', (await other.ask([id])).asked)).status).toBe(200);
      await other.revoke();
      await other.cosign(other.rules);
      const revoked = await other.post('/halves/given', (await other.ask([id])).asked);
      expect(revoked.status).toBe(403);
      expect(rulesOf(revoked)).toContain('GRT30');
      other.rules.served = before;
      expect((await other.post('/halves/given', (await other.ask([id])).asked)).status).toBe(503);
    } finally {
      await other.end();
    }
  });

  it('[GRD66] gets nothing when the rules were cosigned too long ago', async () => {
    const other = await HalfInstallation.start();
    try {
      const { id } = await other.release();
      other.clock.now += 25 * 3_600;
      const answer = await other.post('/halves/given', (await other.ask([id])).asked);
      expect(answer.status).toBe(403);
      expect(rulesOf(answer)).toContain('GRT30');
    } finally {
      await other.end();
    }
  });

  it('[GRD62] deposits nothing that is not signed by the log, for this guardian, of this recording', async () => {
    const { id, envelope, body } = await installation.release();
    expect((await installation.post('/halves', body)).status).toBe(204);
    const forged = textSigner('example/uses', ed25519Key(new Uint8Array(32).fill(98)));
    expect(
      (await installation.post('/halves', await installation.keeping(id, envelope, forged))).status,
    ).toBe(400);
    const absent = base64url(randomBytes(16));
    expect((await installation.post('/halves', await installation.keeping(absent, envelope))).status).toBe(
      400,
    );
    const noise = randomBytes(1_700);
    expect((await installation.post('/halves', await installation.keeping(absent, noise))).status).toBe(400);
    for (const nonsense of ['', '{', '[]', '{"recording":1}', JSON.stringify({ ...body, more: 1 })])
      expect((await installation.post('/halves', nonsense)).status).toBe(400);
  });
});

describe('destroying', () => {
  it('[GRD78] [GRD64] [VLT72] leaves no half anywhere in the folder, and none comes back', async () => {
    const { id, halves, body } = await installation.release();
    const kept = await installation.release();
    const folder = () =>
      ['guardian.sqlite', 'guardian.sqlite-wal']
        .map((name) => {
          try {
            return readFileSync(join(installation.data, name));
          } catch {
            return Buffer.alloc(0);
          }
        })
        .reduce((all, one) => Buffer.concat([all, one]));
    expect(folder().includes(Buffer.from(halves.guardian))).toBe(true);
    const destroy = await installation.destroying([id]);
    expect((await installation.post('/halves/destroyed', destroy)).status).toBe(204);
    expect((await installation.post('/halves/destroyed', destroy)).status).toBe(204);
    expect(folder().includes(Buffer.from(halves.guardian))).toBe(false);
    expect(folder().includes(Buffer.from(kept.halves.guardian))).toBe(true);
    expect((await installation.post('/halves', body)).status).toBe(410);
    const slice = { kind: 'recordings' as const, recordings: [id] };
    const request = await installation.ask([id], { grant: await installation.grant({ slice }) });
    expect((await give(request.asked)).body.missing).toEqual([id]);
  });

  it('[GRD78] takes an entry of the log that says so of just these', async () => {
    const [one, two] = [await installation.release(), await installation.release()];
    const sound = await installation.destroying([one.id]);
    const access = (await installation.ask([one.id])).asked;
    for (const bad of [
      { ...sound, recordings: [two.id] },
      { ...sound, recordings: [one.id, two.id] },
      { entry: access.entry, proof: access.proof, recordings: [one.id] },
      { ...sound, proof: base64url(randomBytes(300)) },
    ])
      expect((await installation.post('/halves/destroyed', bad)).status).toBe(403);
    expect((await give((await installation.ask([one.id, two.id])).asked)).body.missing).toEqual([]);
  });
});

describe('her page', () => {
  it('[GRD60] [GRD66] has the statement to sign and whose keys count, before anything was asked for', async () => {
    const other = await HalfInstallation.start();
    try {
      const client = await representative(other.url, other.setupLink);
      const { desk } = await client.get<RepresentativeState>('/representative');
      expect(desk?.halves.lines).toEqual([]);
      expect(desk?.halves.statement).toContain(desk?.halves.recipient);
      const prints = await Promise.all(
        PARTY_ROLES.map(async (role) => ({
          role,
          fingerprint: await fingerprint(
            new TextEncoder().encode(PARTIES[role].map(({ key }) => `${formatVerifierKey(key)}\n`).join('')),
            crypto.subtle,
          ),
        })),
      );
      expect(desk?.halves.parties).toEqual(prints);
      expect(new Set(prints.map((one) => one.fingerprint)).size).toBe(3);
    } finally {
      await other.end();
    }
  });
});

describe('lock, limit and journal', () => {
  it('[GRD72] [GRD73] [GRD74] locked by her nothing opens, and only she opens it again; over a restart too', async () => {
    const other = await HalfInstallation.start({ limits: { halvesPerHour: 3 } });
    try {
      const { id } = await other.release();
      const ask = async () => other.post('/halves/given', (await other.ask([id])).asked);
      let client = await representative(other.url, other.setupLink);
      const desk = async () =>
        (
          await client.get<{
            desk: { halves: { isLocked: boolean; given: number; lines: { kind: string }[] } };
          }>('/representative')
        ).desk.halves;
      expect((await ask()).status).toBe(200);
      await client.send('/representative/lock', {});
      expect((await ask()).status).toBe(423);
      await other.restart();
      client = await representative(other.url, null);
      expect((await other.post('/representative/lock', {})).status).toBe(403);
      const nobody = await fetch(`${other.url}/representative/lock`, {
        method: 'DELETE',
        headers: { origin: other.url },
      });
      expect(nobody.status).toBe(401);
      expect((await ask()).status).toBe(423);
      expect((await desk()).isLocked).toBe(true);
      await client.send('/representative/lock', {}, 'DELETE');
      expect((await ask()).status).toBe(200);
      expect((await ask()).status).toBe(200);
      expect((await ask()).status).toBe(429);
      other.clock.now += 3_601;
      client = await representative(other.url, null);
      expect((await ask()).status).toBe(200);
      await client.send('/representative/halves-limit', { limit: 0 });
      expect((await ask()).status).toBe(429);
      const { lines } = await desk();
      expect(lines.map(({ kind }) => kind)).toEqual([
        ...['refused', 'limit', 'given', 'refused', 'given', 'given', 'unlocked'],
        ...['refused', 'refused', 'locked', 'given'],
      ]);
    } finally {
      await other.end();
    }
  });
});
