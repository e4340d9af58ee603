import { readFile } from 'node:fs/promises';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import {
  ATTESTATION_NAME,
  type AttestationKey,
  attested,
  checkAttestation,
  type DigestedManifest,
  releaseStatement,
  statementDigest,
} from '@aboveboard/dataset/release/attestation';
import type { Fault } from '@aboveboard/protocol/fault';
import type { Installation } from '@aboveboard/server/installation';
import { verifyEd25519 } from '@aboveboard/tlog/ed25519';
import { LogError } from '@aboveboard/tlog/log-fault';
import { openLog } from '@aboveboard/tlog/log-reader';
import type { Policy } from '@aboveboard/tlog/policy';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import { CommandFailure, UsageError } from './command.ts';
import { logSource } from './log-source.ts';
import { releaseFolder } from './release-folder.ts';
import { faultLines, readPolicy } from './trust-file.ts';

/**
 * What this installation says of a release, signed as the log of uses is (REL73). The message ends with a brace, so it is the text of no
 * note and of no checkpoint.
 */
export async function attestRelease(
  of: DigestedManifest,
  grant: string | null,
  { inner }: Pick<Installation, 'inner'>,
): Promise<{ bytes: Uint8Array; digest: string }> {
  const statement = releaseStatement(of, grant);
  const signers = (await inner.signers()).map(({ key, sign }: NoteSigner) => ({
    keyid: keyId(key),
    sign: (message: Uint8Array) => sign(new TextDecoder().decode(message)),
  }));
  return {
    bytes: await attested(statement, signers),
    digest: await statementDigest(statement, crypto.subtle),
  };
}

/** Whose word is trusted: logs of a policy, or one key. Null: nobody's. `log`: the log of uses, read under the policy. */
export type AttestationTrust = { policy?: string; key?: string; log?: string };

export type AttestationVerdict = {
  faults: Fault[];
  /** Null: there is none. */
  statement: string | null;
  signedBy: string[];
  /** Of the log of uses; null: it was not asked, or does not have it. */
  entry: number | null;
};

export async function verifyAttestation(
  folder: string,
  of: DigestedManifest,
  trust: AttestationTrust,
): Promise<AttestationVerdict> {
  if (trust.log !== undefined && trust.policy === undefined)
    throw new UsageError('--log needs --policy: whose log it has to be.');
  const policy = trust.policy === undefined ? null : await readPolicy(trust.policy);
  const keys = [
    ...(policy?.logs.map(({ key }) => key) ?? []),
    ...(trust.key === undefined ? [] : [await readKey(trust.key)]),
  ];
  const bytes = await releaseFolder(folder).read(ATTESTATION_NAME);
  const isAsked = policy !== null || trust.key !== undefined;
  const checked = await checkAttestation(bytes, of, {
    keys: isAsked ? keys.flatMap(attestationKey) : null,
    subtle: crypto.subtle,
  });
  const { faults, digest: statement, signedBy } = checked;
  if (trust.log === undefined || policy === null) return { faults, statement, signedBy, entry: null };
  const entry = await entryOf(trust.log, policy, { manifest: of.digest, statement });
  if (entry === null)
    faults.push({
      rule: 'REL78',
      at: 'log of uses',
      message: 'has no entry of this release and this attestation',
    });
  return { faults, statement, signedBy, entry };
}

function keyId({ name, id }: VerifierKey): string {
  return `${name}+${id.toString(16).padStart(8, '0')}`;
}

/** Cosignatures are over checkpoints, and attest no release. */
function attestationKey(key: VerifierKey): AttestationKey[] {
  if (key.type !== 'ed25519') return [];
  return [
    {
      keyid: keyId(key),
      verify: (message, signature) => verifyEd25519(key.publicKey, message, signature),
    },
  ];
}

/** As it is written, or a file with it. */
async function readKey(given: string): Promise<VerifierKey> {
  const text = given.includes('+') ? given : await readFile(given, 'utf8').catch(() => null);
  const read = text === null ? null : parseVerifierKey(text.trim());
  if (read?.ok && read.value.type === 'ed25519') return read.value;
  throw new UsageError('--key is a verifier key (name+id+key, of Ed25519), or a file with one.');
}

/** The first entry that has both digests, as far as a trusted checkpoint goes. */
async function entryOf(
  where: string,
  policy: Policy,
  { manifest, statement }: { manifest: string; statement: string | null },
): Promise<number | null> {
  try {
    const { reader } = await openLog(logSource(where), policy);
    for await (const { index, entry } of reader.entries()) {
      const read = readUsesEntry(entry);
      if (!read.ok || read.value.kind !== 'plain') continue;
      const { act } = read.value.use;
      if (act.kind === 'dataset' && act.manifest === manifest && act.attestation === statement) return index;
    }
    return null;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw new CommandFailure(`The log does not hold:\n${faultLines(error.faults)}`, { cause: error });
  }
}
