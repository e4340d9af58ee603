import { randomBytes } from 'node:crypto';
import type {
  HolderAnswer,
  ModelWish,
  MyLineage,
  ShownHolder,
  ShownLineage,
  ShownModel,
  ShownRelease,
} from '@aboveboard/protocol/lineage';
import pg from 'pg';
import type { AskingPrincipal } from '../access/decision.ts';
import { dayOf } from '../access/grant-state.ts';
import type { Database } from '../database/database.ts';
import { accountOf, type UsesLog } from '../logs/uses-log.ts';
import { notFound, Refusal } from '../refusal.ts';
import { answerBy } from './open-deletions.ts';
import { ownLineage } from './own-lineage.ts';
import {
  answerHolder,
  betweenReleases,
  countModelsSince,
  type EnteredRelease,
  type HolderRow,
  holdersOf,
  insertHolder,
  insertModel,
  insertRelease,
  type ModelRow,
  modelNamed,
  modelsOf,
  releasesOf,
  releasesWith,
} from './release-rows.ts';
import { announceSuperseded } from './withdrawal.ts';
import { takeable, type WaitingWithdrawal, waitingWithdrawals } from './withdrawal-batch.ts';

/**
 * The register of releases, of who holds them, and of the models that were trained on them (spec/lineage.md; T22): from a recording to
 * models and back. Who is let in was decided at the route.
 */
export type Releases = {
  /** By the job that builds it, before it is whole. The same again changes nothing. Refusal `conflict`: the name has that version. */
  enter(
    release: Omit<EnteredRelease, 'builtOn'> & {
      /** As the journal has who read: `researcher:...`. */
      by: string;
    },
  ): Promise<void>;
  /** Whether the name has that version already (LIN2). */
  isTaken(name: string, version: number): Promise<boolean>;
  list(who: AskingPrincipal): Promise<ShownLineage>;
  /** Of who was asked to delete it. Refusal `not-found`: she was not; `conflict`: she said before that it is deleted. */
  answer(who: AskingPrincipal, release: string, said: HolderAnswer['said']): Promise<ShownRelease>;
  /** The same again is the same model. Refusal `refused`, `conflict`. Who trained on a release holds it from then on. */
  enterModel(who: AskingPrincipal, wish: ModelWish): Promise<ShownModel>;
  mine(handle: string): Promise<MyLineage>;
  /** Which of these a build may take; closes batches that are due (LIN30-LIN33). Refusal `refused` while one is open. */
  takeable(recordings: readonly string[]): Promise<string[]>;
  /**
   * For the job that checks a release against the one before it (REL114); no route gives this. `gone`: recordings of the one before that
   * are not in it; `erased`: it has one that was erased. Null: one of them is not in the register.
   */
  between(before: string, after: string): Promise<{ gone: string[]; erased: boolean } | null>;
  /** Superseded releases, and when the next may be built without what was withdrawn. */
  withdrawals(): Promise<WaitingWithdrawal[]>;
  /** Tells of what is superseded; how many releases. */
  announce(): Promise<number>;
};

const MODELS_A_DAY = 100;
const PARTIES: ReadonlySet<string> = new Set(['employer', 'representative', 'dpo']);
/** What a demonstration builds from the command line is of no account that signs in; there its researchers hold it. */
const OF_THE_COMMAND = accountOf('command');

export function makeReleases(parts: {
  database: Database;
  uses: UsesLog;
  kind: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Releases {
  const { database, uses, kind, now } = parts;
  const today = () => dayOf(now());
  const accountsOf = ({ id }: AskingPrincipal) =>
    kind === 'demonstration' ? [accountOf(id), OF_THE_COMMAND] : [accountOf(id)];

  function shownHolder(row: HolderRow, own: ReadonlySet<string>): ShownHolder {
    const { account, toldOn, said, saidOn } = row;
    const by = toldOn && answerBy(toldOn);
    const isLate = by !== null && said !== 'deleted' && by < today();
    return { account, own: own.has(account), toldOn, answerBy: by, said, saidOn, isLate };
  }

  async function shownReleases(
    rows: readonly Omit<ShownRelease, 'holders'>[],
    who: AskingPrincipal,
  ): Promise<ShownRelease[]> {
    const holders = await holdersOf(
      database.query,
      rows.map(({ release }) => release),
    );
    const own = new Set(accountsOf(who));
    return rows.map((row) => ({
      ...row,
      holders: holders
        .filter(
          ({ release, account }) => release === row.release && (PARTIES.has(who.role) || own.has(account)),
        )
        .map((one) => shownHolder(one, own)),
    }));
  }

  let announcing: Promise<number> | null = null;

  return {
    async enter({ by, ...entered }) {
      const builtOn = today();
      const account = accountOf(by.split(':')[1] ?? by);
      await database
        .transaction(async (query) => {
          await insertRelease(query, { ...entered, builtOn });
          await insertHolder(query, { release: entered.release, account, day: builtOn });
        })
        .catch((cause: unknown) => {
          if (!(cause instanceof pg.DatabaseError && cause.code === '23505')) throw cause;
          throw new Refusal('conflict', 'There is a release of that name and number. Take the next number.', {
            cause,
          });
        });
    },

    async isTaken(name, version) {
      const there = 'select 1 from dataset_release where name = $1 and version = $2';
      return (await database.query(there, [name, version])).length > 0;
    },

    async list(who) {
      const accounts = PARTIES.has(who.role) ? null : accountsOf(who);
      const [releases, models] = await Promise.all([
        releasesOf(database.query, accounts),
        modelsOf(database.query, accounts),
      ]);
      const own = new Set(accountsOf(who));
      return {
        releases: await shownReleases(releases, who),
        models: models.map((row) => shownModel(row, own)),
      };
    },

    async answer(who, release, said) {
      const own = accountsOf(who);
      const [row] = await releasesWith(database.query, [release]);
      const held = row ? await holdersOf(database.query, [release]) : [];
      const told = held.filter(({ account, toldOn }) => own.includes(account) && toldOn !== null);
      if (!row || told.length === 0) throw notFound();
      for (const { account } of told) {
        const kept = await answerHolder(database.query, { release, account, said, day: today() });
        if (kept === null && said === 'not-yet')
          throw new Refusal('conflict', 'It was said before that this release is deleted. That is final.');
      }
      const [shown] = await shownReleases([row], who);
      return shown as ShownRelease;
    },

    async enterModel(who, wish) {
      const account = accountOf(who.id);
      const releases = [...new Set(wish.releases)];
      const known = await releasesWith(database.query, releases);
      const faults = releases.flatMap((release, i) => {
        const found = known.find((one) => one.release === release);
        if (!found)
          return [{ rule: 'LIN15', at: `releases.${i}`, message: 'is no release of this register' }];
        if (found.purpose === wish.purpose) return [];
        return [{ rule: 'LIN16', at: `releases.${i}`, message: `was made for ${found.purpose}` }];
      });
      if (faults.length > 0) throw new Refusal('refused', 'This model can not be entered.', { faults });
      const own = new Set([account]);
      const row = {
        ...wish,
        id: randomBytes(16).toString('hex'),
        account,
        enteredOn: today(),
        releases: releases.sort(),
      };
      const before = await modelNamed(database.query, account, wish.name);
      if (before) return sameModel(before, row, own);
      if ((await countModelsSince(database.query, account, today())) >= MODELS_A_DAY)
        throw new Refusal('limit', 'Too many models were entered today. Go on tomorrow.', { status: 429 });
      const isNew = await database.transaction(async (query) => {
        if (!(await insertModel(query, row))) return false;
        for (const release of releases) await insertHolder(query, { release, account, day: today() });
        return true;
      });
      if (isNew) return shownModel(row, own);
      const there = await modelNamed(database.query, account, wish.name);
      if (!there) throw notFound();
      return sameModel(there, row, own);
    },

    mine: (handle) => database.asContributor(handle, (query) => ownLineage(query, handle)),

    async takeable(recordings) {
      const atOnce = kind === 'demonstration';
      const taken = await takeable(database, { recordings, today: today(), atOnce });
      if (taken.waitsUntil === null) return taken.recordings;
      throw new Refusal(
        'refused',
        `LIN30: somebody withdrew from a release of these. The next is built from ${taken.waitsUntil} on, with all who withdraw until then.`,
      );
    },

    between: (before, after) => betweenReleases(database.query, before, after),

    withdrawals: () => waitingWithdrawals(database.query),

    announce() {
      announcing ??= announceSuperseded({ database, uses, day: today }).finally(() => {
        announcing = null;
      });
      return announcing;
    },
  };
}

function shownModel({ account, ...row }: ModelRow, own: ReadonlySet<string>): ShownModel {
  return { ...row, own: own.has(account) };
}

function sameModel(before: ModelRow, asked: ModelRow, own: ReadonlySet<string>): ShownModel {
  const isSame = before.purpose === asked.purpose && before.releases.join() === asked.releases.join();
  if (isSame) return shownModel(before, own);
  throw new Refusal(
    'conflict',
    'You entered a model of that name, on other releases or for another purpose.',
  );
}
