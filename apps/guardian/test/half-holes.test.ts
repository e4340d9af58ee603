import { createHash, randomBytes } from 'node:crypto';
import { verifyGrant } from '@aboveboard/consent/grant';
import { parseGrant } from '@aboveboard/consent/grant-document';
import { signJobKey } from '@aboveboard/consent/grant-job';
import { plainEntry, readUsesEntry } from '@aboveboard/consent/uses-entry';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { parseProof } from '@aboveboard/tlog/proof-file';
import { verifyNote } from '@aboveboard/tlog/signed-note';
import { textSigner } from '@aboveboard/tlog/signer';
import { recipientOf } from '@aboveboard/vault/envelope';
import { openGuardianHalf } from '@aboveboard/vault/half-envelope';
import { openJobHalves } from '@aboveboard/vault/job-halves';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64url, HalfInstallation, JOB, PARTIES } from './half-fixture.ts';
import { representative } from './running-guardian.ts';

let installation: HalfInstallation;
beforeAll(async () => {
  installation = await HalfInstallation.start();
});
afterAll(() => installation.end());

type Options = NonNullable<Parameters<typeof HalfInstallation.start>[0]>;
/** Sees that two approved, and not that they are one. */
const countingNotes: typeof verifyGrant = async (evidence) => {
  const verdict = await verifyGrant(evidence);
  if (verdict.ok || verdict.faults.some(({ rule }) => rule !== 'GRT23') || evidence.notes.length < 2)
    return verdict;
  const parsed = parseGrant(evidence.grant);
  return parsed.ok ? { ok: true, grant: parsed.value, digest: '', approvedBy: [] } : parsed;
};
type Asked = Awaited<ReturnType<HalfInstallation['ask']>>;
/** Sound, but that no party approved it. */
const unapproved = async (of: HalfInstallation, id: string) =>
  (await of.ask([id], { grant: await of.grant({}, []) })).asked;

describe('seeded holes', () => {
  /** What a server that lies gets from a guardian that has left one check out: what the others do not stop. */
  const holes: [
    what: string,
    options: Parameters<typeof HalfInstallation.start>[0],
    make: (of: HalfInstallation, id: string) => Promise<Asked['asked']>,
  ][] = [
    [
      'who approved the grant',
      {
        halfChecks: {
          verifyGrant: async ({ grant }) => {
            const parsed = parseGrant(grant);
            return parsed.ok ? { ok: true, grant: parsed.value, digest: '', approvedBy: [] } : parsed;
          },
        },
      },
      unapproved,
    ],
    [
      'whether its own witness cosigned the entry',
      {
        halfChecks: {
          cosignedEntry: async ({ entry }) => {
            const read = readUsesEntry(entry);
            return read.ok && read.value.kind === 'plain'
              ? { ok: true, value: read.value.use }
              : { ok: false, faults: [] };
          },
        },
      },
      async (of, id) => {
        const { asked, grant } = await of.ask([id]);
        const { use, index } = await of.use(grant.grant, [id]);
        const proof = await of.prove(of.uses, index, await of.head(of.uses));
        return { ...asked, entry: base64url(use), proof: base64url(proof) };
      },
    ],
    [
      'what the entry says',
      { halfChecks: { accessFaults: async () => [] } },
      async (of, id) => ({ ...(await of.ask([(await of.release()).id])).asked, recordings: [id] }),
    ],
    [
      'who vouches for the job',
      { halfChecks: { readJobKey: (note) => new TextDecoder().decode(note).split('\n')[2] ?? null } },
      async (of, id) => {
        const { asked, grant } = await of.ask([id]);
        const recipient = await recipientOf(await generateHybridIdentity());
        const stranger = textSigner('anyone.example', ed25519Key(new Uint8Array(32).fill(97)));
        return {
          ...asked,
          jobKey: base64url(await signJobKey({ grant: grant.grant.id, recipient }, stranger)),
        };
      },
    ],
    [
      'whether one person approved twice',
      { halfChecks: { verifyGrant: countingNotes } },
      async (of, id) => {
        const grant = await of.grant({}, ['representative']);
        const again = await of.say(grant.grant, 'grant-approval', PARTIES.representative);
        return (await of.ask([id], { grant: { ...grant, notes: [...grant.notes, again] } })).asked;
      },
    ],
    [
      'whether two keys of one person are two persons',
      { halfChecks: { verifyGrant: countingNotes } },
      async (of, id) => {
        const grant = await of.grant({}, []);
        const notes = await Promise.all(
          PARTIES.representative.map((key) => of.say(grant.grant, 'grant-approval', [key])),
        );
        return (await of.ask([id], { grant: { ...grant, notes } })).asked;
      },
    ],
    [
      'whether the entry is included under what was cosigned',
      {
        halfChecks: {
          // Believes its own cosignatures under the proof, and does not hold the entry against the tree.
          cosignedEntry: async ({ entry, proof }, { log, own }) => {
            const parsed = parseProof(proof);
            const read = readUsesEntry(entry);
            const isCosigned =
              parsed.ok && verifyNote(parsed.value.signed.note, [...log.keys, ...own().flat()]).ok;
            return isCosigned && read.ok && read.value.kind === 'plain'
              ? { ok: true, value: read.value.use }
              : { ok: false, faults: [] };
          },
        },
      },
      async (of, id) => {
        const { asked, use } = await of.ask([id]);
        const entry = readUsesEntry(use);
        if (!entry.ok || entry.value.kind !== 'plain') throw new Error('no use');
        const never = plainEntry({ ...entry.value.use, at: entry.value.use.at - 1 });
        return { ...asked, entry: base64url(never) };
      },
    ],
    [
      'how old the entry is',
      { limits: { accessSeconds: 1_000_000 } },
      async (of, id) => {
        const grant = await of.grant({ from: of.clock.now - 90_000 });
        return (await of.ask([id], { grant, use: { at: of.clock.now - 86_400 } })).asked;
      },
    ],
  ];

  it.each(holes)(
    '[GRD76] without a look at %s it gives, and with it it does not',
    async (_, options, make) => {
      const holed = await HalfInstallation.start(options);
      try {
        const { id } = await holed.release();
        expect((await holed.post('/halves/given', await make(holed, id))).status).toBe(200);
        const sound = await installation.release();
        expect((await installation.post('/halves/given', await make(installation, sound.id))).status).toBe(
          403,
        );
      } finally {
        await holed.end();
      }
    },
  );

  /** Both with one hole and without: what comes of the same acts. */
  async function both<T>(options: Options, acts: (of: HalfInstallation) => Promise<T>) {
    const holed = await HalfInstallation.start(options);
    const sound = await HalfInstallation.start({ ...options, halfChecks: {} });
    try {
      return { holed: await acts(holed), sound: await acts(sound) };
    } finally {
      await holed.end();
      await sound.end();
    }
  }

  it('[GRD76] [GRD72] without a look at the lock it gives, and with it it does not', async () => {
    const statuses = await both({ halfChecks: { isLocked: () => false } }, async (of) => {
      const { id } = await of.release();
      const client = await representative(of.url, of.setupLink);
      await client.send('/representative/lock', {});
      // What would be refused anyway is not even looked at.
      const unsound = await of.post('/halves/given', await unapproved(of, id));
      return [(await of.post('/halves/given', (await of.ask([id])).asked)).status, unsound.status];
    });
    expect(statuses).toEqual({ holed: [200, 403], sound: [423, 423] });
  });

  it('[GRD76] [GRD72] a lock that falls while a request is looked at stops it; looked at only before, it does not', async () => {
    async function lockedMeanwhile(looksAgain: boolean) {
      let lock = async () => {};
      const of = await HalfInstallation.start({
        halfChecks: {
          verifyGrant: async (evidence) => {
            await lock();
            return verifyGrant(evidence);
          },
          ...(looksAgain ? {} : { isLocked: () => false }),
        },
      });
      try {
        const { id } = await of.release();
        const client = await representative(of.url, of.setupLink);
        lock = async () => void (await client.send('/representative/lock', {}));
        return (await of.post('/halves/given', (await of.ask([id])).asked)).status;
      } finally {
        await of.end();
      }
    }
    expect(await lockedMeanwhile(true)).toBe(423);
    expect(await lockedMeanwhile(false)).toBe(200);
  });

  it('[GRD76] [GRD73] without the limit it gives, and with it not one more than the limit in an hour', async () => {
    const options = { limits: { halvesPerHour: 2 }, halfChecks: { limit: () => 1_000_000 } };
    const statuses = await both(options, async (of) => {
      const ids = [await of.release(), await of.release(), await of.release()].map(({ id }) => id);
      const ask = async (...some: (string | undefined)[]) =>
        (await of.post('/halves/given', (await of.ask(some.map(String))).asked)).status;
      const outcomes = [await ask(...ids), await ask(ids[0]), await ask(ids[1]), await ask(ids[2])];
      of.clock.now += 3_599;
      outcomes.push(await ask(ids[2]));
      of.clock.now += 2;
      return [...outcomes, await ask(ids[2])];
    });
    expect(statuses).toEqual({
      holed: [200, 200, 200, 200, 200, 200],
      sound: [429, 200, 200, 429, 429, 200],
    });
  });

  it('[GRD76] [GRD70] without its journal a request that is replayed for another job is given', async () => {
    const outcomes = await both({ halfChecks: { jobOf: () => null } }, async (of) => {
      const { id } = await of.release();
      const { asked, grant } = await of.ask([id]);
      const first = await of.post('/halves/given', asked);
      const recipient = await recipientOf(await generateHybridIdentity());
      const jobKey = base64url(await signJobKey({ grant: grant.grant.id, recipient }, JOB));
      const replayed = await of.post('/halves/given', { ...asked, jobKey });
      return [first.status, replayed.status];
    });
    expect(outcomes).toEqual({ holed: [200, 200], sound: [200, 403] });
  });

  it('[GRD76] [GRD62] without a look at the name in the envelope another recording’s half is given under this one’s grant', async () => {
    async function passedOff(isHoled: boolean) {
      let real = '';
      const of = await HalfInstallation.start({
        halfChecks: isHoled
          ? { openGuardianHalf: (_, envelope, identity) => openGuardianHalf(real, envelope, identity) }
          : {},
      });
      try {
        // Of another task: no grant here covers it.
        real = base64url(randomBytes(16));
        const other = await of.release({ week: '2026-W47', card: { id: 'other-task', version: 1 } }, real);
        const name = base64url(randomBytes(16));
        real = other.id;
        const kept = await of.post('/halves', await of.keeping(name, other.envelope));
        const slice = { kind: 'recordings' as const, recordings: [name] };
        const request = await of.ask([name], { grant: await of.grant({ slice }) });
        const answer = await of.post('/halves/given', request.asked);
        const access = new Uint8Array(
          createHash('sha256').update(Buffer.from(request.asked.entry, 'base64url')).digest(),
        );
        const envelope = new Uint8Array(Buffer.from(answer.body.envelope ?? '', 'base64url'));
        const got = await openJobHalves(access, envelope, request.identity);
        return { kept: kept.status, got: got.get(name) ?? null, half: other.halves.guardian };
      } finally {
        await of.end();
      }
    }
    const holed = await passedOff(true);
    expect([holed.kept, holed.got]).toEqual([204, holed.half]);
    const sound = await passedOff(false);
    expect([sound.kept, sound.got]).toEqual([400, null]);
  });
});
