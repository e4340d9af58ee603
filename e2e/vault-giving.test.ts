import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signJobKey } from '@aboveboard/consent/grant-job';
import type { AskHalves } from '@aboveboard/protocol/guardian-halves';
import type { GivenVaultHalves, VaultRefusal } from '@aboveboard/protocol/vault-halves';
import { type StartedVault, startVault, type VaultOptions } from '@aboveboard/server/vault/start-vault';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { textSigner } from '@aboveboard/tlog/signer';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { openJobHalves } from '@aboveboard/vault/job-halves';
import { type KeyHalf, splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { base64url, HalfInstallation, JOB, LABEL, type TestLog } from '../apps/guardian/test/half-fixture.ts';
import { askSocket } from './ask-socket.ts';
import { madeUpEnrolment } from './made-up-enrolment.ts';

/** A made-up server whose logs are right, made-up parties, and a real vault that has to find out for itself. */
let installation: HalfInstallation;
let root: string;
let options: VaultOptions;
let vault: StartedVault;
const NO_DUMPS = 'Max core file size        0                    0                    bytes';
const elsewhere = await recipientOf(await generateHybridIdentity());
const random = (length: number) => new Uint8Array(randomBytes(length));

beforeAll(async () => {
  installation = await HalfInstallation.start();
  root = mkdtempSync(join(tmpdir(), 'aboveboard-vault-giving-'));
  options = {
    data: join(root, 'vault'),
    server: installation.address,
    socket: join(root, 'vault.sock'),
    now: () => installation.clock.now,
    processLimits: NO_DUMPS,
  };
  vault = await startVault(options);
  writeFileSync(join(options.data, 'enrolment.json'), enrolment());
});
afterEach(async () => {
  await again({});
});
afterAll(async () => {
  await vault.stop();
  await installation.end();
  rmSync(root, { recursive: true, force: true });
});

async function again(change: Partial<VaultOptions>): Promise<void> {
  await vault.stop();
  vault = await startVault({ ...options, ...change });
}

function enrolment(): Uint8Array {
  const policy = (log: TestLog) => {
    const { logs, witnesses, groups, quorum } = installation.policy(log);
    return formatPolicy({ logs, witnesses: witnesses.map((one) => ({ ...one, url: null })), groups, quorum });
  };
  return madeUpEnrolment(installation.agreement, {
    guardian: installation.url,
    relay: { recipient: elsewhere, periodSeconds: 60 },
    policies: { rules: policy(installation.rules), uses: policy(installation.uses) },
  });
}

type Answer = { status: number; body: Partial<GivenVaultHalves & VaultRefusal> };
const ask = (path: string, body: object): Promise<Answer> => askSocket(options.socket, path, body);

/** A recording whose vault's half is here. */
async function kept(): Promise<{ id: string; half: KeyHalf }> {
  const id = base64url(random(16));
  const halves = splitKey(freshRecordingKey(random), random);
  const { vault: envelope } = await sealHalves(
    id,
    halves,
    { vault: vault.recipient, guardian: elsewhere },
    LABEL,
  );
  expect((await ask('/vault/kept', await installation.keeping(id, envelope))).status).toBe(204);
  return { id, half: halves.vault };
}
const rules = ({ body }: Answer) => (body.error?.faults ?? []).map(({ rule }) => rule);

describe('a vault gives', () => {
  it('[VLT92] its half, sealed to the job, of what was granted by two and stands in the log', async () => {
    const { id, half } = await kept();
    const { asked, identity, use } = await installation.ask([id]);
    const { status, body } = await ask('/vault/given', asked);
    expect([status, body.missing, body.destroyed]).toEqual([200, [], []]);
    const access = new Uint8Array(createHash('sha256').update(use).digest());
    const envelope = new Uint8Array(Buffer.from(body.envelope ?? '', 'base64url'));
    expect((await openJobHalves(access, envelope, identity)).get(id)).toEqual(half);
    // The same job asks again when the answer was lost.
    expect((await ask('/vault/given', asked)).status).toBe(200);
  });

  it('[VLT92] what it never had is missing, and what was destroyed says so', async () => {
    const [there, gone] = [await kept(), await kept()];
    expect((await ask('/vault/destroyed', await installation.destroying([gone.id]))).status).toBe(204);
    const never = base64url(random(16));
    const { body } = await ask('/vault/given', (await installation.ask([there.id, gone.id, never])).asked);
    expect([body.missing, body.destroyed]).toEqual([[never], [gone.id]]);
  });
});

type Wrong = (id: string) => Promise<AskHalves>;
const WRONG: [string, string, Wrong][] = [
  [
    'a grant of one party',
    'GRT23',
    async (id) => {
      const grant = await installation.grant({}, ['employer']);
      return (await installation.ask([id], { grant })).asked;
    },
  ],
  [
    'a grant that is over',
    'GRT32',
    async (id) => {
      const grant = await installation.grant({ until: installation.clock.now - 10 });
      return (await installation.ask([id], { grant })).asked;
    },
  ],
  [
    'a recording that is not on the list of the grant',
    'GRT42',
    async (id) => {
      const grant = await installation.grant({
        slice: { kind: 'recordings', recordings: [base64url(random(16))] },
      });
      return (await installation.ask([id], { grant })).asked;
    },
  ],
  [
    'an entry that no witness cosigned',
    'LOG104',
    async (id) => {
      const { asked, index } = await installation.ask([id]);
      const signed = await installation.head(installation.uses);
      return { ...asked, proof: base64url(await installation.prove(installation.uses, index, signed)) };
    },
  ],
  [
    'another entry than the one that is proved',
    'LOG125',
    async (id) => {
      const [{ asked }, other] = [await installation.ask([id]), await installation.ask([id])];
      return { ...asked, entry: other.asked.entry };
    },
  ],
  [
    'an access to something else',
    'GRT41',
    async (id) => {
      const { asked } = await installation.ask([base64url(random(16))]);
      return { ...asked, recordings: [id] };
    },
  ],
  [
    'an access of somebody else',
    'GRT41',
    async (id) =>
      (await installation.ask([id], { use: { actor: { role: 'researcher', account: '77'.repeat(16) } } }))
        .asked,
  ],
  [
    'an entry of long ago',
    'GRT43',
    async (id) => (await installation.ask([id], { use: { at: installation.clock.now - 4_000 } })).asked,
  ],
  [
    'a job that somebody else vouches for',
    'GRT40',
    async (id) => {
      const { asked, grant, identity } = await installation.ask([id]);
      const stranger = textSigner(JOB.key.name, ed25519Key(new Uint8Array(32).fill(99)));
      const recipient = await recipientOf(identity);
      const jobKey = await signJobKey({ grant: grant.grant.id, recipient }, stranger);
      return { ...asked, jobKey: base64url(jobKey) };
    },
  ],
];

describe('a vault gives nothing', () => {
  it('[VLT98] of weeks and cards it asks nothing: it gives for a slice of tasks, and the guardian holds it against what devices said', async () => {
    const { id } = await kept();
    const grant = await installation.grant({
      slice: { kind: 'tasks', cards: null, weeks: { from: '2020-W01', to: '2020-W02' } },
    });
    const { asked } = await installation.ask([id], { grant });
    expect((await ask('/vault/given', asked)).status).toBe(200);
    const refused = await installation.post('/halves/given', asked);
    expect([refused.status, refused.body.envelope]).toEqual([403, undefined]);
  });

  it.each(WRONG)('[VLT92] [GRT43] for %s', async (_, rule, wrong) => {
    const { id } = await kept();
    const answer = await ask('/vault/given', await wrong(id));
    expect(answer.status).toBe(403);
    expect(answer.body.envelope).toBeUndefined();
    expect(rules(answer)).toContain(rule);
  });

  it('[VLT92] seeded hole: without the judgement all of them would be given, so the test above sees it', async () => {
    const { id } = await kept();
    const { asked, identity } = await installation.ask([id]);
    const recipient = await recipientOf(identity);
    const value = { grant: { id: 'g' }, use: {}, recipient } as never;
    await again({ checks: { judgeAccess: async () => ({ ok: true, value }) } });
    for (const [, , wrong] of WRONG) expect((await ask('/vault/given', await wrong(id))).status).toBe(200);
    expect(asked.recordings).toEqual([id]);
  });

  it('[VLT93] to a second job for one access, also after a restart', async () => {
    const { id } = await kept();
    const { asked, grant } = await installation.ask([id]);
    expect((await ask('/vault/given', asked)).status).toBe(200);
    await again({});
    const recipient = await recipientOf(await generateHybridIdentity());
    const jobKey = base64url(await signJobKey({ grant: grant.grant.id, recipient }, JOB));
    const second = await ask('/vault/given', { ...asked, jobKey });
    expect([second.status, rules(second)]).toEqual([403, ['VLT93']]);
  });

  it('[VLT94] and destroys nothing for an entry of something else', async () => {
    const [one, other] = [await kept(), await kept()];
    const destroying = await installation.destroying([one.id]);
    const answer = await ask('/vault/destroyed', { ...destroying, recordings: [other.id] });
    expect([answer.status, rules(answer)]).toEqual([403, ['VLT94']]);
    expect((await ask('/vault/held', { recording: other.id })).status).toBe(204);
  });

  it('[VLT91] and keeps nothing that the server of its enrolment did not sign', async () => {
    const id = base64url(random(16));
    const halves = splitKey(freshRecordingKey(random), random);
    const { vault: envelope } = await sealHalves(
      id,
      halves,
      { vault: vault.recipient, guardian: elsewhere },
      LABEL,
    );
    const stranger = textSigner('example/uses', ed25519Key(new Uint8Array(32).fill(98)));
    expect((await ask('/vault/kept', await installation.keeping(id, envelope, stranger))).status).toBe(400);
    expect((await ask('/vault/held', { recording: id })).status).toBe(404);
  });

  it('[VLT95] while the rules can not be proved, or are older than what it has seen', async () => {
    const { id } = await kept();
    const { asked } = await installation.ask([id]);
    await again({ server: 'http://127.0.0.1:1' });
    const answer = await ask('/vault/given', asked);
    expect([answer.status, answer.body.error?.code]).toEqual([503, 'unavailable']);
  });

  it('[VLT92] after the rules were revoked', async () => {
    const { id } = await kept();
    const { asked } = await installation.ask([id]);
    await installation.revoke();
    await installation.cosign(installation.rules);
    expect((await ask('/vault/given', asked)).status).toBe(403);
  });
});
