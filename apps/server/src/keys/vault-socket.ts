import { createHash } from 'node:crypto';
import { request as ask } from 'node:http';
import { keepHalfText } from '@aboveboard/protocol/guardian-halves';
import {
  type AskVaultHalves,
  type BackedUpVault,
  type DestroyVaultHalves,
  type GivenVaultHalves,
  type HeldHalf,
  type KeepVaultHalf,
  VAULT_REFUSALS,
  type VaultRefusal,
  type VaultRefusalCode,
} from '@aboveboard/protocol/vault-halves';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { openJobHalves } from '@aboveboard/vault/job-halves';
import { asKeyHalf, type KeyHalf } from '@aboveboard/vault/key-half';
import { type Envelope, KeyRingError } from '@aboveboard/vault/keyring';
import { Refusal } from '../refusal.ts';
import { limitedBody } from './limited-body.ts';
import type { VaultAddress } from './vault-address.ts';
import type { VaultAccess, VaultKeeper } from './vault-keeper.ts';

/** An answer holds the halves of one access; a thousand take some 60 KB. */
const ANSWER_BYTES = 1024 * 1024;
const PATIENCE = 20_000;

type Given = { halves: Map<string, KeyHalf>; destroyed: ReadonlySet<string> };

/** The vault behind a socket of this computer. `signers` are the log of uses', by which the vault knows this server. */
export function makeSocketVault(
  { socket, recipient }: VaultAddress,
  signers: readonly NoteSigner[],
): VaultKeeper {
  const accesses = new Map<VaultAccess, Promise<Given>>();

  async function call(path: string, body: object): Promise<Buffer> {
    const answer = await post(socket, path, body).catch((cause: unknown) => {
      throw new Refusal('unavailable', 'The vault does not answer, so nothing was opened or kept.', {
        retryAfter: 60,
        cause,
      });
    });
    if (answer.status === 200 || answer.status === 204) return answer.bytes;
    throw refusalOf(answer.bytes);
  }

  async function signed(recording: string, envelope: Envelope): Promise<KeepVaultHalf> {
    const digest = createHash('sha256').update(envelope).digest('hex');
    const note = formatNote(await signNote(keepHalfText(recording, digest), signers));
    return { recording, envelope: base64url(envelope), note: base64url(note) };
  }

  async function given({ asked }: VaultAccess): Promise<Given> {
    const { grant, notes, entry, proof, job, recordings } = await asked();
    const body: AskVaultHalves = {
      grant: base64url(grant),
      notes: notes.map(base64url),
      entry: base64url(entry),
      proof: base64url(proof),
      jobKey: base64url(job.note),
      recordings: [...recordings],
    };
    const answer = parsed(
      (await call('/vault/given', body)).toString('utf8'),
    ) as Partial<GivenVaultHalves> | null;
    if (typeof answer?.envelope !== 'string' || !Array.isArray(answer.destroyed)) throw strange();
    const access = new Uint8Array(createHash('sha256').update(entry).digest());
    const envelope = new Uint8Array(Buffer.from(answer.envelope, 'base64url'));
    const halves = await openJobHalves(access, envelope, job.identity).catch((cause: unknown) => {
      throw strange(cause);
    });
    return { halves, destroyed: new Set(answer.destroyed) };
  }

  async function held(recording: string): Promise<void> {
    await call('/vault/held', { recording } satisfies HeldHalf);
  }

  return {
    recipient,
    async check(recording, envelope) {
      await call('/vault/checked', await signed(recording, envelope));
    },
    async keep(recording, envelope) {
      await call('/vault/kept', await signed(recording, envelope));
    },

    async open(recording, access) {
      let before = accesses.get(access);
      // What was given is asked about again at each part: it may have been destroyed since (VLT54).
      if (before) await held(recording);
      else {
        before = given(access);
        accesses.set(access, before);
        before.catch(() => accesses.delete(access));
      }
      const { halves, destroyed } = await before;
      const half = halves.get(recording);
      if (half) return asKeyHalf(half);
      throw destroyed.has(recording)
        ? new KeyRingError('destroyed', 'the key of this recording was destroyed')
        : new KeyRingError('unknown', 'no half is known for this recording');
    },

    async state(recording) {
      try {
        await held(recording);
        return 'held';
      } catch (error) {
        if (!(error instanceof KeyRingError) || (error.code !== 'destroyed' && error.code !== 'unknown'))
          throw error;
        return error.code;
      }
    },

    async backedUp() {
      const said = parsed(
        (await call('/vault/backed-up', {})).toString('utf8'),
      ) as Partial<BackedUpVault> | null;
      if (said?.at === null) return null;
      if (!Number.isSafeInteger(said?.at)) throw strange();
      return (said?.at as number) * 1000;
    },

    forget(access) {
      const before = accesses.get(access);
      accesses.delete(access);
      void before?.then(
        ({ halves }) => {
          for (const half of halves.values()) half.fill(0);
          halves.clear();
        },
        () => undefined,
      );
    },

    async destroy(recordings, proved) {
      if (!proved) {
        throw new Refusal(
          'unavailable',
          'The log could not be written, so the vault was not asked to erase.',
        );
      }
      const body: DestroyVaultHalves = {
        entry: base64url(proved.entry),
        proof: base64url(proved.proof),
        recordings: [...recordings],
      };
      await call('/vault/destroyed', body);
      for (const before of accesses.values()) {
        const { halves } = await before.catch(() => ({ halves: new Map<string, KeyHalf>() }));
        for (const recording of recordings) {
          halves.get(recording)?.fill(0);
          halves.delete(recording);
        }
      }
    },
  };
}

type Answer = { status: number; bytes: Buffer };

function post(socketPath: string, path: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE);
    const headers = { 'content-type': 'application/json', host: 'vault' };
    const request = ask({ socketPath, path, method: 'POST', headers, signal }, (response) => {
      limitedBody(response, ANSWER_BYTES).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, bytes }),
        (error: unknown) => {
          response.destroy();
          reject(error);
        },
      );
    });
    request.once('error', reject);
    request.end(JSON.stringify(body));
  });
}

function refusalOf(bytes: Buffer): Error {
  const { error } = (parsed(bytes.toString('utf8')) ?? {}) as Partial<VaultRefusal>;
  return error && Object.hasOwn(VAULT_REFUSALS, error.code) ? SAID[error.code]() : strange();
}

const SAID: Readonly<Record<VaultRefusalCode, () => Error>> = {
  malformed: () => new Refusal('refused', 'The vault can not read what it was sent.'),
  'not-granted': () =>
    new Refusal('not-allowed', 'The vault gives no key for this: the grant or the entry does not hold.'),
  unknown: () => new KeyRingError('unknown', 'no half is known for this recording'),
  conflict: () => new KeyRingError('exists', 'another half of this recording is kept already'),
  destroyed: () => new KeyRingError('destroyed', 'the key of this recording was destroyed'),
  'cannot-open': () =>
    new KeyRingError('cannot-open', 'the envelope does not hold the half of this recording'),
  'other-recipient': () =>
    new KeyRingError('cannot-open', 'the envelope is for another recipient', { isForAnother: true }),
  unavailable: () =>
    new Refusal('unavailable', 'The vault can not check this now, so nothing was opened or kept.', {
      retryAfter: 60,
    }),
};

function strange(cause?: unknown): Refusal {
  return new Refusal('unavailable', 'The vault answers with something else; nothing was opened.', { cause });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
