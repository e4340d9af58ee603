import { randomBytes } from 'node:crypto';
import type { PartyRole } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { HOLD_APPROVERS, whatWasSaidOfHold } from '@aboveboard/consent/hold';
import { parseHold } from '@aboveboard/consent/hold-document';
import { type HoldStatement, parseHoldStatement } from '@aboveboard/consent/hold-note';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { HoldWish, ShownHold } from '@aboveboard/protocol/holds';
import { parseNote } from '@aboveboard/tlog/note';
import type { AskingPrincipal, Decide } from '../access/decision.ts';
import type { InstallationAction } from '../access/declared-actions.ts';
import { dayOf } from '../access/grant-state.ts';
import { partyOf } from '../access/party-of.ts';
import type { Database } from '../database/database.ts';
import { makeKeyedLock } from '../keyed-lock.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { notFound, notFresh, Refusal } from '../refusal.ts';
import {
  allHolds,
  countHoldsAskedSince,
  type HoldRow,
  holdWithId,
  insertHold,
  insertHoldNote,
} from './hold-rows.ts';
import { approvalsMissing, type HoldState, stateOfHold } from './hold-state.ts';

/**
 * Legal holds from the first wish to the end (spec/hold.md). As with grants, what is done is decided about, then entered in
 * the log of uses, then kept: a kill in between leaves an entry that nothing follows. What a hold keeps is in held.ts.
 */
export type Holds = {
  ask(who: AskingPrincipal, wish: HoldWish): Promise<ShownHold>;
  list(who: AskingPrincipal): Promise<ShownHold[]>;
  /** What a party says, as the note that it signed. The same note again changes nothing. */
  say(who: AskingPrincipal, id: string, note: Uint8Array): Promise<ShownHold>;
};

const ASKED_A_DAY = 20;

export function makeHolds(parts: {
  database: Database;
  uses: UsesLog;
  decide: Decide;
  rules: () => Promise<RulesState | null>;
  kind: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Holds {
  const { database, uses, decide, rules, kind, now } = parts;
  const lock = makeKeyedLock();
  const stateOf = async (row: HoldRow) => stateOfHold(row, { rules: await rules(), now: now() });

  function require(who: AskingPrincipal, action: InstallationAction): void {
    const resource = { type: 'Installation', kind } as const;
    if (decide({ principal: who, action, resource }).allowed) return;
    if (decide({ principal: { ...who, steppedUp: true }, action, resource }).allowed) throw notFresh();
    throw new Refusal('not-allowed', 'This is not for you to do.');
  }

  return {
    async ask(who, wish) {
      require(who, 'ask-hold');
      const state = await rules();
      if (!state?.standing.inForce) {
        throw new Refusal('refused', 'No agreement is in force, so nothing can be held under one.');
      }
      const today = dayOf(now());
      if ((await countHoldsAskedSince(database.query, today)) >= ASKED_A_DAY) {
        throw new Refusal('limit', 'Too many holds were asked for today. Ask again tomorrow.', {
          status: 429,
        });
      }
      const { agreement, digest } = state.standing.version;
      const from = Math.floor(now() / 1000);
      const asked = parseHold({
        json: {
          format: 'aboveboard-hold',
          formatVersion: 1,
          id: randomBytes(16).toString('hex'),
          agreement: { id: agreement.id, version: agreement.version, digest },
          reason: wish.reason,
          slice: wish.slice,
          from,
          until: from + wish.days * 86_400,
        },
      });
      if (!asked.ok) throw new Refusal('refused', 'This can not be asked for.', { faults: asked.faults });
      const { id, reason, until } = asked.value;
      const row: HoldRow = {
        id,
        document: canonicalBytes(asked.value),
        askedOn: today,
        notes: [],
        entry: null,
      };
      const made = await stateOf(row);
      await uses.record(
        { role: 'employer', account: who.id },
        { kind: 'hold-asked', hold: id, reason, until, subject: made.digest },
        `hold-asked:${id}`,
      );
      await insertHold(database.query, row);
      return shown(row, made);
    },

    async list(who) {
      require(who, 'see-holds');
      const state = await rules();
      return Promise.all(
        (await allHolds(database.query)).map(async (row) =>
          shown(row, await stateOfHold(row, { rules: state, now: now() })),
        ),
      );
    },

    say: (who, id, bytes) =>
      lock(id, async () => {
        require(who, 'see-holds');
        const row = /^[0-9a-f]{32}$/.test(id) ? await holdWithId(database.query, id) : null;
        if (!row) throw notFound();
        const before = await stateOf(row);
        const { party, statement } = statementIn(bytes, { who, state: before, rules: await rules() });
        if (row.notes.some((note) => Buffer.from(note).equals(bytes))) return shown(row, before);
        require(who, statement.kind === 'hold-approval' ? 'approve-hold' : 'end-hold');
        if (before.state === 'ended' || (statement.kind === 'hold-approval' && before.state === 'holds')) {
          throw new Refusal('conflict', `This can not be done with a hold that is ${SAID[before.state]}.`);
        }
        const after = { ...row, notes: [...row.notes, bytes] };
        const next = await stateOf(after);
        const actor = { role: party, account: who.id };
        if (statement.kind === 'hold-end') {
          await uses.record(actor, { kind: 'hold-ended', hold: id }, `hold-ended:${id}:${party}`);
        } else if (next.state === 'holds') {
          const { reason, until } = next.hold;
          const approvedBy = HOLD_APPROVERS.map((role) => ({ role, account: null }));
          const act = { kind: 'hold', hold: id, reason, approvedBy, until, subject: next.digest } as const;
          await uses.record(actor, act, `hold:${id}`);
        }
        await insertHoldNote(database.query, id, bytes);
        return shown(after, next);
      }),
  };
}

const SAID = { waiting: 'waiting', holds: 'approved', ended: 'ended' } as const;

/** What this party says in this note about this hold; refuses a note of another party, or of too few of its keys. */
function statementIn(
  bytes: Uint8Array,
  about: { who: AskingPrincipal; state: HoldState; rules: RulesState | null },
): { party: PartyRole; statement: HoldStatement } {
  const { who, state, rules } = about;
  const fault = (rule: string, message: string) =>
    new Refusal('refused', 'This note does not say anything about this hold that counts.', {
      faults: [{ rule, at: 'note', message }],
    });
  const note = parseNote(bytes);
  const parsed = note.ok ? parseHoldStatement(note.value.text) : null;
  if (!parsed?.ok) throw fault('HLD10', 'is not a note about a hold');
  const version = rules?.versions.find(({ digest }) => digest === state.hold.agreement.digest);
  const party = partyOf(who.role);
  if (!version || !party) throw fault('HLD13', 'is of nobody who signs here');
  const said = whatWasSaidOfHold([bytes], { id: state.hold.id, digest: state.digest, version });
  const counts = parsed.value.kind === 'hold-approval' ? said.approved : said.ended;
  if (!counts.includes(party)) throw fault('HLD12', 'is not signed by your party, or is about another hold');
  return { party, statement: parsed.value };
}

function shown(row: HoldRow, state: HoldState): ShownHold {
  return {
    id: row.id,
    document: new TextDecoder().decode(row.document),
    digest: state.digest,
    state: state.state,
    approvedBy: [...state.approvedBy],
    waitsFor: approvalsMissing(state),
    end: state.end,
    askedOn: row.askedOn,
    answerBy: state.answerBy,
  };
}
