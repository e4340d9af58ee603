import type { Agreement } from '@aboveboard/consent/agreement';
import { attachmentFaults } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { RulesRefusal, RulesState, RulesVersion } from '@aboveboard/consent/rules-state';
import type { InstalledAgreement } from '@aboveboard/protocol/installation';
import type { RulesLog } from '../logs/rules-log.ts';
import { Refusal } from '../refusal.ts';
import { readAttachment, readInstalled } from './installed-agreement.ts';

/**
 * The agreement that this server hands out: the version that its own rules log has in force, replayed to the
 * newest entry, with every attachment as it was agreed; otherwise none (T6, T14; spec/log-service.md, LGS44).
 */
export type AgreementShelf = {
  /** Refusal `not-found` that says why there is none. */
  current(): Promise<HeldAgreement>;
  /** Digests of all versions that the parties adopted: a recording arrives under the one it was made under (UPL37). */
  adopted(): Promise<ReadonlySet<string>>;
  /** Of the version adopted last, also while it is not in force. Null: it has none of this digest, or it is not here. */
  attachment(digest: string): Promise<{ type: string; bytes: Uint8Array } | null>;
};
export type HeldAgreement = { agreement: Agreement; answer: InstalledAgreement };

/** Throws a sentence when what is installed can't be relied on. */
export async function openAgreementShelf(parts: {
  folder: string;
  kind: Agreement['class'];
  rules: Pick<RulesLog, 'state'>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Promise<AgreementShelf> {
  const { folder, kind, rules, now } = parts;
  const last = (await rules.state())?.standing.version?.digest ?? null;
  const installed = await readInstalled(folder, kind, last);
  /** Of which every attachment was seen here, as agreed. */
  let whole: { digest: string; files: ReadonlyMap<string, Uint8Array> } | null = null;

  async function filesOf({ agreement, digest }: RulesVersion): Promise<ReadonlyMap<string, Uint8Array>> {
    if (whole?.digest === digest) return whole.files;
    const files = new Map<string, Uint8Array>();
    for (const agreed of agreement.attachments) {
      const bytes = await readAttachment(folder, agreed);
      if (bytes) files.set(agreed.name, bytes);
    }
    const faults = await attachmentFaults(agreement, files, crypto.subtle);
    if (faults.length > 0)
      throw none('Files that it names are missing here, or are not those that were agreed.', faults);
    whole = { digest, files };
    return files;
  }

  function inForce(state: RulesState | null): RulesVersion {
    if (!state?.standing.version) {
      throw none(installed === null ? 'No agreement is installed here.' : REASONS.unsigned);
    }
    const { standing, versions } = state;
    if (!standing.inForce) throw none(REASONS[standing.refusal]);
    const { version } = standing;
    if (version.agreement.class !== kind) throw none(`It is not one for a ${kind} installation.`);
    if (installed !== null && !versions.some(({ digest }) => digest === installed)) {
      throw none('The one that is installed here is not one that the parties signed.');
    }
    if (now() >= Date.parse(version.agreement.validity.until)) throw none('The last one has ended.');
    return version;
  }

  return {
    async current() {
      const version = inForce(await rules.state());
      await filesOf(version);
      const { agreement, digest } = version;
      return {
        agreement,
        answer: {
          document: new TextDecoder().decode(canonicalBytes(agreement)),
          digest,
          attachments: agreement.attachments.map(({ name, type, bytes, digest: of }) => ({
            name,
            type,
            bytes,
            digest: of,
          })),
        },
      };
    },

    async adopted() {
      return new Set((await rules.state())?.versions.map(({ digest }) => digest));
    },

    async attachment(digest) {
      const version = (await rules.state())?.standing.version;
      const agreed = version?.agreement.attachments.find((one) => one.digest === digest);
      if (!version || !agreed) return null;
      const bytes = (await filesOf(version)).get(agreed.name);
      return bytes ? { type: agreed.type, bytes } : null;
    },
  };
}

const REASONS: Readonly<Record<RulesRefusal, string>> = {
  unsigned: 'The rules log does not have the signatures of all its parties.',
  revoked: 'A party revoked it.',
  suspended: 'A party suspended it.',
  objected: 'The objections to it reached the agreed share.',
};

function none(why: string, faults?: Refusal['faults']): Refusal {
  return new Refusal(
    'not-found',
    `No agreement is in force here, so nothing may be recorded for it. ${why}`,
    {
      ...(faults ? { faults } : {}),
    },
  );
}
