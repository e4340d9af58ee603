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
  dealt(): { employees: number; digest: string; issuer: Issuer; deals: number } | null;
  /** Anew as long as none of those before was used. Throws ActRefused. */
  deal(employees: number): Promise<readonly string[]>;
  /** Codes for people who joined later; nothing before `confirmFurther`. Throws ActRefused. */
  dealFurther(people: number): Promise<{ deal: string; codes: readonly string[] }>;
  /** She has the sheets: their codes count from now on. Again, the same. Throws ActRefused. */
  confirmFurther(deal: string): void;
  /** The blind signature, durable before it is answered. Throws VoiceRefused. */
  redeem(secret: Uint8Array, blinded: Uint8Array): Promise<Uint8Array>;
  /** A code was used or an issue is open: dealing anew would take codes from people. */
  inUse(): boolean;
};

type ListRow = {
  employees: number;
  digest: string;
  issuer: Uint8Array;
  deals: number;
  last_deal: string | null;
};

export async function openEnrolmentDesk(
  store: GuardianStore,
  parts: { random: (length: number) => Uint8Array; mostEmployees: number; fewestJoining: number },
): Promise<EnrolmentDesk> {
  const list = store.prepare('select employees, digest, issuer, deals, last_deal from code_list');
  const entries = store.prepare('select entry, ask from enrolment');
  const use = store.prepare('update enrolment set ask = ? where entry = ? and ask is null');
  let dealt: Awaited<ReturnType<typeof read>> = await read();
  /** Shown to her and not confirmed yet: in memory alone, so that an answer that was lost left nothing. */
  let shown: { deal: string; codes: DealtCodes } | null = null;

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
      deals: row.deals,
      lastDeal: row.last_deal,
      redemptions,
    };
  }

  function keep(codes: DealtCodes, digest: string, secret: Uint8Array): void {
    inTransaction(store, () => {
      store.exec('delete from code_list; delete from enrolment; delete from ticket');
      store
        .prepare('insert into code_list (only, employees, digest, issuer) values (1, ?, ?, ?)')
        .run(codes.codes.length, digest, secret);
      enter(codes, 1);
    });
  }

  function enter(codes: DealtCodes, deal: number): void {
    const enrolment = store.prepare('insert into enrolment (entry) values (?)');
    for (const entry of codes.enrolments) enrolment.run(entry);
    const ticket = store.prepare('insert into ticket (entry, deal) values (?, ?)');
    for (const entry of codes.tickets) ticket.run(entry, deal);
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
      shown = null;
      return codes.codes;
    },
    async dealFurther(people) {
      if (!dealt) throw new ActRefused('Deal the codes for everyone first.');
      const { fewestJoining, mostEmployees } = parts;
      if (!Number.isInteger(people) || people < fewestJoining) {
        throw new ActRefused(
          `Deal to ${fewestJoining} people or more at once. With fewer, whoever sees that somebody new takes part could guess who.`,
        );
      }
      if (dealt.employees + people > mostEmployees)
        throw new ActRefused(`There can be ${mostEmployees} codes at most.`);
      const codes = await dealCodes(people, parts.random, crypto.subtle);
      shown = { deal: Buffer.from(parts.random(16)).toString('hex'), codes };
      return { deal: shown.deal, codes: codes.codes };
    },
    confirmFurther(deal) {
      if (dealt?.lastDeal === deal) return;
      if (!dealt || shown?.deal !== deal) {
        throw new ActRefused(
          'These sheets are worth nothing: others were made since, or the guardian was started anew.',
        );
      }
      const { codes } = shown;
      const employees = dealt.employees + codes.codes.length;
      const deals = dealt.deals + 1;
      inTransaction(store, () => {
        store
          .prepare('update code_list set employees = ?, deals = ?, last_deal = ?')
          .run(employees, deals, deal);
        enter(codes, deals);
      });
      const { redemptions } = dealt;
      const list = new Set([...redemptions.list, ...codes.enrolments]);
      dealt = { ...dealt, employees, deals, lastDeal: deal, redemptions: { ...redemptions, list } };
      shown = null;
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
  };
}
