import { parseGrant } from '@aboveboard/consent/grant-document';
import { signJobKey } from '@aboveboard/consent/grant-job';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64url, HalfInstallation } from './half-fixture.ts';

let installation: HalfInstallation;
beforeAll(async () => {
  installation = await HalfInstallation.start();
});
afterAll(() => installation.end());

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
});
