import { createHash } from 'node:crypto';
import {
  type AskHalves,
  type DestroyHalves,
  type GivenHalves,
  HALVES_REFUSALS,
  type HalvesRefusal,
  type HalvesRefusalCode,
  type KeptHalves,
  keepHalfText,
  type ShownHold,
} from '@aboveboard/protocol/guardian-halves';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { openJobHalves } from '@aboveboard/vault/job-halves';
import { otherRecipient, Refusal } from '../refusal.ts';
import type { HalfKeeper, ProvedHold } from './half-keeper.ts';
import { limitedBody } from './limited-body.ts';

/** An answer holds the halves of one access; a thousand take some 60 KB. */
const ANSWER_BYTES = 1024 * 1024;
const PATIENCE = 20_000;

/** The guardian at `origin`, over HTTP. `signers` are the log of uses', by which the guardian knows this server. */
export function makeGuardianKeeper(origin: string, signers: readonly NoteSigner[]): HalfKeeper {
  async function call(path: string, body: unknown): Promise<Buffer> {
    let response: Response;
    let bytes: Buffer;
    try {
      response = await fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE),
      });
      bytes = await limitedBody(response.body, ANSWER_BYTES);
    } catch (cause) {
      throw new Refusal('unavailable', 'The guardian does not answer, so nothing was opened or kept.', {
        retryAfter: 60,
        cause,
      });
    }
    if (response.ok) return bytes;
    throw refusalOf(bytes);
  }

  return {
    recipient: null,

    async saidRecipient() {
      const signal = AbortSignal.timeout(PATIENCE);
      const said = await fetch(`${origin}/halves/recipient`, { redirect: 'error', signal }).catch(() => null);
      const text = said?.ok ? (await limitedBody(said.body, ANSWER_BYTES)).toString('utf8').trim() : '';
      return /^age1pq1[a-z0-9]{1,4000}$/.test(text) ? text : null;
    },

    async keep(recording, envelope) {
      const digest = createHash('sha256').update(envelope).digest('hex');
      const note = await signNote(keepHalfText(recording, digest), signers);
      await call('/halves', { recording, envelope: base64url(envelope), note: base64url(formatNote(note)) });
    },

    async give({ grant, notes, entry, proof, job, recordings }) {
      const asked: AskHalves = {
        grant: base64url(grant),
        notes: notes.map(base64url),
        entry: base64url(entry),
        proof: base64url(proof),
        jobKey: base64url(job.note),
        recordings: [...recordings],
      };
      const answer = givenHalves(await call('/halves/given', asked));
      const access = new Uint8Array(createHash('sha256').update(entry).digest());
      return openJobHalves(access, answer, job.identity).catch((cause: unknown) => {
        throw new Refusal('unavailable', 'The guardian answers with something else; nothing was opened.', {
          cause,
        });
      });
    },

    async destroy({ recordings, entry, proof, holds = [] }) {
      const asked: DestroyHalves = {
        entry: base64url(entry),
        proof: base64url(proof),
        recordings: [...recordings],
        ...(holds.length > 0 && { holds: holds.map(shownHold) }),
      };
      const answer = await call('/halves/destroyed', asked);
      const { held } = (json(answer) ?? {}) as Partial<KeptHalves>;
      return { held: recordings.filter((id) => Array.isArray(held) && held.includes(id)) };
    },
  };
}

function givenHalves(bytes: Buffer): Uint8Array {
  const { envelope } = (json(bytes) ?? {}) as Partial<GivenHalves>;
  if (typeof envelope === 'string') return new Uint8Array(Buffer.from(envelope, 'base64url'));
  throw new Refusal('unavailable', 'The guardian answers with something else; nothing was opened.');
}

/** Its own words are not passed on: who asks is told what that means for her. */
function refusalOf(bytes: Buffer): Refusal {
  const { error } = (json(bytes) ?? {}) as Partial<HalvesRefusal>;
  const code = error && Object.hasOwn(HALVES_REFUSALS, error.code) ? error.code : 'unavailable';
  return SAID[code]();
}

const SAID: Readonly<Record<HalvesRefusalCode, () => Refusal>> = {
  malformed: () => new Refusal('refused', 'The guardian can not read what it was sent.'),
  'not-granted': () =>
    new Refusal('not-allowed', 'The guardian gives no key for this: the grant or the entry does not hold.'),
  'other-recipient': () =>
    new Refusal('refused', 'The half is sealed to another recipient than this guardian’s.', {
      faults: [otherRecipient('guardian')],
    }),
  conflict: () => new Refusal('conflict', 'The guardian holds another half for this recording.'),
  destroyed: () =>
    new Refusal('erased', 'This recording was erased; the guardian’s half of its key is gone.'),
  locked: () =>
    new Refusal('not-allowed', 'The representative has locked the guardian. Nothing can be opened.'),
  limit: () =>
    new Refusal('limit', 'The guardian gives no more keys within this hour.', {
      limit: { name: 'halvesPerHour', value: 0 },
      retryAfter: 3600,
    }),
  unavailable: () =>
    new Refusal('unavailable', 'The guardian can not check this now, so nothing was opened.', {
      retryAfter: 60,
    }),
};

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function shownHold({ document, notes, entry, proof }: ProvedHold): ShownHold {
  return {
    document: base64url(document),
    notes: notes.map(base64url),
    entry: base64url(entry),
    proof: base64url(proof),
  };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
