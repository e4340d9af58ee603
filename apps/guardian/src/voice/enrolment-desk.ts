import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import { type DealtCodes, dealCodes, type Redemptions, redeem } from '@aboveboard/consent/enrolment-codes';
import { type GuardianStore, inTransaction } from '../store.ts';
import { type Issuer, makeIssuerSecret, openIssuer } from './issuer.ts';
import { sha256Hex } from './spoken-body.ts';
import { ActRefused, VoiceRefused } from './voice-refused.ts';

/**
 * Deals the codes and redeems them (spec/guardian.md, GRD1-GRD9; T2). The codes exist in the answer to
 * `deal` and nowhere else. Calls come one at a time: `voice.ts` sees to it.
 */
export type EnrolmentDesk = {
  dealt(): { employees: number; digest: string; issuer: Issuer } | null;
  /** Anew as long as none of those before was used. Throws ActRefused. */
  deal(employees: number): Promise<readonly string[]>;
  /** The blind signature, durable before it is answered. Throws VoiceRefused. */
  redeem(secret: Uint8Array, blinded: Uint8Array): Promise<Uint8Array>;
  tickets(): string[];
  /** A code was used or an issue is open: dealing anew would take codes from people. */
  inUse(): boolean;
};

type ListRow = { employees: number; digest: string; issuer: Uint8Array };

export async function openEnrolmentDesk(
  store: GuardianStore,
  parts: { random: (length: number) => Uint8Array; mostEmployees: number },
): Promise<EnrolmentDesk> {
  const list = store.prepare('select employees, digest, issuer from code_list');
  const entries = store.prepare('select entry, ask from enrolment');
  const tickets = store.prepare('select entry from ticket order by entry');
  const use = store.prepare('update enrolment set ask = ? where entry = ? and ask is null');
  let dealt: Awaited<ReturnType<typeof read>> = await read();

  async function read() {
    const row = list.get() as ListRow | undefined;
    if (!row) return null;
    const rows = entries.all() as { entry: string; ask: string | null }[];
    const redemptions: Redemptions = {
      list: new Set(rows.map(({ entry }) => entry)),
      used: new Map(rows.flatMap(({ entry, ask }) => (ask === null ? [] : [[entry, ask]]))),
    };
    return {
      employees: row.employees,
      digest: row.digest,
      issuer: await openIssuer(row.issuer),
      redemptions,
    };
  }

  function keep(codes: DealtCodes, digest: string, secret: Uint8Array): void {
    inTransaction(store, () => {
      store.exec('delete from code_list; delete from enrolment; delete from ticket');
      store
        .prepare('insert into code_list (only, employees, digest, issuer) values (1, ?, ?, ?)')
        .run(codes.codes.length, digest, secret);
      const enrolment = store.prepare('insert into enrolment (entry) values (?)');
      for (const entry of codes.enrolments) enrolment.run(entry);
      const ticket = store.prepare('insert into ticket (entry) values (?)');
      for (const entry of codes.tickets) ticket.run(entry);
    });
  }

  function inUse(): boolean {
    const issues = store.prepare('select count(*) as n from issue').get() as { n: number };
    return issues.n > 0 || (dealt?.redemptions.used.size ?? 0) > 0;
  }

  return {
    inUse,
    dealt: () => dealt,
    async deal(employees) {
      if (!Number.isInteger(employees) || employees < 1 || employees > parts.mostEmployees) {
        throw new ActRefused(`Say how many employees there are: a number from 1 to ${parts.mostEmployees}.`);
      }
      if (inUse()) {
        throw new ActRefused('Codes that were dealt are in use. Dealing anew would take them from people.');
      }
      const codes = await dealCodes(employees, parts.random, crypto.subtle);
      keep(codes, await canonicalDigest(codes.enrolments, crypto.subtle), await makeIssuerSecret());
      dealt = await read();
      return codes.codes;
    },
    async redeem(secret, blinded) {
      if (!dealt) throw new VoiceRefused('not-dealt');
      const ask = sha256Hex(blinded);
      const after = await redeem(dealt.redemptions, secret, ask, crypto.subtle);
      if (typeof after === 'string') throw new VoiceRefused(after);
      const signature = dealt.issuer.sign(blinded);
      if (!signature) throw new VoiceRefused('malformed');
      if (after !== dealt.redemptions) {
        if (use.run(ask, sha256Hex(secret)).changes !== 1) throw new VoiceRefused('used');
        dealt = { ...dealt, redemptions: after };
      }
      return signature;
    },
    tickets: () => (tickets.all() as { entry: string }[]).map(({ entry }) => entry),
  };
}
