import { randomBytes } from 'node:crypto';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { whatWasSaid } from '@aboveboard/consent/grant';
import { type Grant, parseGrant } from '@aboveboard/consent/grant-document';
import { type GrantStatement, parseGrantStatement } from '@aboveboard/consent/grant-note';
import { sliceCovers } from '@aboveboard/consent/grant-slice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { PlainUse } from '@aboveboard/consent/uses-entry';
import type { GrantWish, ShownGrant } from '@aboveboard/protocol/grants';
import { parseNote } from '@aboveboard/tlog/note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { Database } from '../database/database.ts';
import { makeKeyedLock } from '../keyed-lock.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { notFound, notFresh, Refusal } from '../refusal.ts';
import type { AskedResource, AskingPrincipal, Decide } from './decision.ts';
import type { GrantAction } from './declared-actions.ts';
import {
  countAskedSince,
  type GrantRow,
  grantsOf,
  grantWithId,
  insertGrant,
  insertNote,
  insertWithdrawal,
} from './grant-rows.ts';
import { dayOf, type GrantState, stateOfGrant, waitsFor } from './grant-state.ts';
import { partyOf } from './party-of.ts';

/**
 * Grants from the first wish to the end (spec/access.md, ACC10-ACC15). Whatever is done is decided about, then entered
 * in the log of uses, then kept: a kill in between leaves an entry that nothing follows, never the reverse.
 */
export type Grants = {
  ask(who: AskingPrincipal, wish: GrantWish): Promise<ShownGrant>;
  list(who: AskingPrincipal): Promise<ShownGrant[]>;
  /** Refusal `not-found`: absent, or not for the asker to see. */
  one(who: AskingPrincipal, id: string): Promise<ShownGrant>;
  /** What a party says, as the note that it signed. The same note again changes nothing. */
  say(who: AskingPrincipal, id: string, note: Uint8Array): Promise<ShownGrant>;
  withdraw(who: AskingPrincipal, id: string): Promise<ShownGrant>;
  /** The account that asked for it; null: there is no such grant. For jobs that somebody with the machine runs for him. */
  askerOf(id: string): Promise<string | null>;
  /** The document, whatever became of it; null: there is no such grant. */
  documentOf(id: string): Promise<Grant | null>;
  /** A grant of this account's that holds now and covers all of these; null: there is none. */
  holding(asked: {
    account: string;
    reading: string;
    recordings: readonly Parameters<typeof sliceCovers>[1][];
  }): Promise<{ state: GrantState; row: GrantRow } | null>;
};

const ASKED_A_DAY = 20;
const ACTION_OF: Readonly<Record<GrantStatement['kind'], GrantAction>> = {
  'grant-approval': 'approve-grant',
  'grant-refusal': 'refuse-grant',
  'grant-revocation': 'revoke-grant',
};

export function makeGrants(parts: {
  database: Database;
  uses: UsesLog;
  decide: Decide;
  rules: () => Promise<RulesState | null>;
  jobs: NoteSigner;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Grants {
  const { database, uses, decide, rules, jobs, now } = parts;

  // One thing is said of a grant at a time: the approval that completes it knows that it does.
  const lock = makeKeyedLock();
  const stateOf = async (row: GrantRow) => stateOfGrant(row, { rules: await rules(), now: now() });

  function may(who: AskingPrincipal, action: GrantAction, { grant, state }: GrantState): boolean {
    const resource: AskedResource = { type: 'Grant', id: grant.id, asker: grant.asker, state };
    return decide({ principal: who, action, resource }).allowed;
  }

  /** What she may see, with its state; one answer for absent and for another's. */
  async function seen(who: AskingPrincipal, id: string): Promise<{ row: GrantRow; state: GrantState }> {
    const asker = partyOf(who.role) ? null : who.id;
    const row = /^[0-9a-f]{32}$/.test(id) ? await grantWithId(database.query, id, asker) : null;
    const state = row && (await stateOf(row));
    if (!row || !state || !may(who, 'see-grant', state)) throw notFound();
    return { row, state };
  }

  function require(who: AskingPrincipal, action: GrantAction, state: GrantState): void {
    if (may(who, action, state)) return;
    if (may({ ...who, steppedUp: true }, action, state)) {
      throw notFresh();
    }
    throw new Refusal(
      'conflict',
      `This can not be done with a grant that is ${SAID[state.state]}, or not by you.`,
    );
  }

  /** The entry that an act is, under a key of its own, so that what is tried again is one entry. */
  async function enter(who: AskingPrincipal, act: PlainUse['act'], key: string): Promise<void> {
    const role = partyOf(who.role) ?? (who.role === 'researcher' ? 'researcher' : 'system');
    await uses.record({ role, account: who.id }, act, key);
  }

  async function shown(who: AskingPrincipal, row: GrantRow): Promise<ShownGrant> {
    return shownGrant(row, await stateOf(row), who);
  }

  return {
    async ask(who, wish) {
      const state = await rules();
      if (!state?.standing.inForce) {
        throw new Refusal('refused', 'No agreement is in force, so nothing can be granted under one.');
      }
      const today = dayOf(now());
      if ((await countAskedSince(database.query, who.id, today)) >= ASKED_A_DAY) {
        throw new Refusal('limit', 'Too many requests for grants today. Ask again tomorrow.', {
          status: 429,
        });
      }
      const { version } = state.standing;
      const from = Math.floor(now() / 1000);
      const asked = parseGrant({
        json: {
          format: 'aboveboard-grant',
          formatVersion: 1,
          id: randomBytes(16).toString('hex'),
          agreement: {
            id: version.agreement.id,
            version: version.agreement.version,
            digest: version.digest,
          },
          asker: who.id,
          purpose: wish.purpose,
          reading: wish.reading,
          slice: wish.slice,
          from,
          until: Math.min(
            from + wish.days * 86_400,
            Math.floor(Date.parse(version.agreement.validity.until) / 1000),
          ),
          jobKey: formatVerifierKey(jobs.key),
        },
      });
      if (!asked.ok) throw new Refusal('refused', 'This can not be asked for.', { faults: asked.faults });
      if (!version.agreement.purposes.includes(asked.value.purpose)) {
        throw new Refusal('refused', 'This can not be asked for.', {
          faults: [{ rule: 'GRT31', at: 'purpose', message: 'is not one that was agreed' }],
        });
      }
      const grant = asked.value;
      const row: GrantRow = {
        id: grant.id,
        asker: who.id,
        document: canonicalBytes(grant),
        askedOn: today,
        withdrawn: false,
        notes: [],
      };
      const { digest } = await stateOf(row);
      const { id, purpose, until } = grant;
      await enter(
        who,
        { kind: 'grant-asked', grant: id, purpose, until, subject: digest },
        `grant-asked:${id}`,
      );
      await insertGrant(database.query, row);
      return shown(who, row);
    },

    async list(who) {
      // The parties see everybody's; the policy says so again for each.
      const rows = await grantsOf(database.query, partyOf(who.role) ? null : who.id);
      const state = await rules();
      const found: ShownGrant[] = [];
      for (const row of rows) {
        const one = await stateOfGrant(row, { rules: state, now: now() });
        if (may(who, 'see-grant', one)) found.push(shownGrant(row, one, who));
      }
      return found;
    },

    async one(who, id) {
      const { row, state } = await seen(who, id);
      return shownGrant(row, state, who);
    },

    say: (who, id, bytes) =>
      lock(id, async () => {
        const { row, state } = await seen(who, id);
        const statement = await statementIn(bytes, { who, state, rules: await rules() });
        if (row.notes.some((note) => Buffer.from(note).equals(bytes))) return shownGrant(row, state, who);
        require(who, ACTION_OF[statement.kind], state);
        const after = { ...row, notes: [...row.notes, bytes] };
        const next = await stateOf(after);
        for (const [name, act] of actsOf(statement, next)) await enter(who, act, `${name}:${id}:${who.role}`);
        await insertNote(database.query, id, bytes);
        return shownGrant(after, next, who);
      }),

    withdraw: (who, id) =>
      lock(id, async () => {
        const { row, state } = await seen(who, id);
        if (row.withdrawn) return shownGrant(row, state, who);
        require(who, 'withdraw-grant', state);
        await enter(who, { kind: 'grant-ended', grant: id }, `grant-ended:${id}:asker`);
        await insertWithdrawal(database.query, id);
        return shown(who, { ...row, withdrawn: true });
      }),

    askerOf: async (id) => (await grantWithId(database.query, id, null))?.asker ?? null,

    async documentOf(id) {
      const row = await grantWithId(database.query, id, null);
      const parsed = row && parseGrant(row.document);
      return parsed?.ok ? parsed.value : null;
    },

    async holding({ account, reading, recordings }) {
      const state = await rules();
      for (const row of await grantsOf(database.query, account)) {
        const one = await stateOfGrant(row, { rules: state, now: now() });
        const covers = recordings.every((recording) => sliceCovers(one.grant.slice, recording));
        if (one.state === 'holds' && covers && one.grant.reading.some((kind) => kind === reading)) {
          return { row, state: one };
        }
      }
      return null;
    },
  };
}

const SAID = { waiting: 'waiting', holds: 'approved', ended: 'ended' } as const;

/** What this party says in this note about this grant; refuses a note of another party, or of too few of its keys. */
async function statementIn(
  bytes: Uint8Array,
  about: { who: AskingPrincipal; state: GrantState; rules: RulesState | null },
): Promise<GrantStatement> {
  const { who, state, rules } = about;
  const fault = (rule: string, message: string) =>
    new Refusal('refused', 'This note does not say anything about this grant that counts.', {
      faults: [{ rule, at: 'note', message }],
    });
  const note = parseNote(bytes);
  const parsed = note.ok ? parseGrantStatement(note.value.text) : null;
  if (!parsed?.ok) throw fault('GRT20', 'is not a note about a grant');
  const version = rules?.versions.find(({ digest }) => digest === state.grant.agreement.digest);
  const party = partyOf(who.role);
  if (!version || !party) throw fault('GRT22', 'is of nobody who signs here');
  const said = whatWasSaid([bytes], { ...state, version });
  const counts =
    parsed.value.kind === 'grant-approval'
      ? said.approved.includes(party)
      : said.ended.some(({ role }) => role === party);
  if (!counts) throw fault('GRT22', 'is not signed by your party, or is about another grant');
  return parsed.value;
}

/** Entries of the log of uses: what was said, and that the grant holds with it or has ended. */
function actsOf(statement: GrantStatement, next: GrantState): [name: string, PlainUse['act']][] {
  const { grant, digest } = next;
  if (statement.kind === 'grant-refusal') {
    return [['grant-refused', { kind: 'grant-refused', grant: grant.id, reason: statement.reason }]];
  }
  if (statement.kind === 'grant-revocation') {
    return [['grant-ended', { kind: 'grant-ended', grant: grant.id }]];
  }
  const approved: [string, PlainUse['act']] = [
    'grant-approved',
    { kind: 'grant-approved', grant: grant.id, subject: digest },
  ];
  if (next.state !== 'holds') return [approved];
  const approvedBy = next.approvedBy.map((role) => ({ role, account: null }));
  const { id, purpose, until } = grant;
  return [approved, ['grant', { kind: 'grant', grant: id, purpose, approvedBy, until, subject: digest }]];
}

function shownGrant(row: GrantRow, state: GrantState, who: AskingPrincipal): ShownGrant {
  return {
    id: row.id,
    document: new TextDecoder().decode(row.document),
    digest: state.digest,
    state: state.state,
    own: row.asker === who.id,
    approvedBy: [...state.approvedBy],
    waitsFor: waitsFor(state),
    end: state.end,
    askedOn: row.askedOn,
    answerBy: state.answerBy,
  };
}
