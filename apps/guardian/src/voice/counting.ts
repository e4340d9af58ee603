import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { countBallots } from '@aboveboard/consent/election';
import { objectionCount, publishObjections } from '@aboveboard/consent/objection-box';
import { statementText } from '@aboveboard/consent/rules-statement';
import { openWords } from '@aboveboard/vault/sealed-words';
import { type GuardianStore, inTransaction } from '../store.ts';
import type { Issue } from './issue.ts';

/**
 * Publishes at fixed times, and lets words be read in batches (GRD30-GRD45). What is in a list was said before
 * its time, because whoever takes what is said publishes first what is due.
 */
export type Counting = {
  publishDue(issue: Issue): Promise<void>;
  latest(digest: string): PublishedRow | null;
  /** Every statement to be signed, the oldest first. */
  statements(): { issue: string; at: number; statement: string }[];
  batches(digest: string): { at: number; objections: number }[];
  /** Words of a batch, in the order of the alphabet and without a nullifier; opened for its one reader. */
  words(digest: string, at: number, identity: string): Promise<{ target: string; words: string }[]>;
};
export type PublishedRow = { at: number; list: Uint8Array; statement: string | null };

/** Fewer objections than these are not read yet: words of one alone would have a day and a face. */
export const WORDS_TOGETHER = 5;

export function makeCounting(store: GuardianStore, now: () => number): Counting {
  const insert = store.prepare('insert into published (issue, at, list, statement) values (?, ?, ?, ?)');
  const counted = store.prepare('update issue set counted_until = ? where digest = ?');
  const select = store.prepare(
    'select at, list, statement from published where issue = ? order by at desc limit 1',
  );
  const statements = store.prepare(
    'select issue, at, statement from published where statement is not null order by at, issue',
  );
  const together = store.prepare('select count(*) as n from spent where issue = ? and batch is null');
  const batch = store.prepare('update spent set batch = ? where issue = ? and batch is null');
  const batches = store.prepare(
    'select batch as at, count(*) as objections from spent where issue = ? and batch is not null group by batch order by batch',
  );
  const sealed = store.prepare('select says, sealed from spent where issue = ? and batch = ?');
  const latest = (digest: string) => (select.get(digest) as PublishedRow | undefined) ?? null;

  return {
    async publishDue(issue) {
      const { about, digest } = issue;
      if (about.kind === 'election') {
        const count = about.counted ? null : countBallots(about.box, now());
        if (!count) return;
        insert.run(digest, about.box.election.closes, canonicalBytes(count), null);
        about.counted = true;
        return;
      }
      const periods = Math.floor((now() - issue.countedUntil) / issue.countEvery);
      if (periods < 1) return;
      const at = issue.countedUntil + periods * issue.countEvery;
      const published = publishObjections(about.box);
      const list = canonicalBytes(published);
      const before = latest(digest);
      const isNew = !before || Buffer.compare(before.list, list) !== 0;
      const statement = statementText(await objectionCount(published, crypto.subtle));
      inTransaction(store, () => {
        counted.run(at, digest);
        if (!isNew) return;
        insert.run(digest, at, list, statement);
        if ((together.get(digest) as { n: number }).n >= WORDS_TOGETHER) batch.run(at, digest);
      });
      issue.countedUntil = at;
    },
    latest,
    statements: () => statements.all() as { issue: string; at: number; statement: string }[],
    batches: (digest) => batches.all(digest) as { at: number; objections: number }[],
    async words(digest, at, identity) {
      const rows = sealed.all(digest, at) as { says: string; sealed: Uint8Array }[];
      const opened: { target: string; words: string }[] = [];
      for (const { says: target, sealed } of rows) {
        const words = (await openWords(new Uint8Array(sealed), identity))?.trim();
        if (words) opened.push({ target, words });
      }
      return opened.sort((a, b) => (`${a.target}\n${a.words}` < `${b.target}\n${b.words}` ? -1 : 1));
    },
  };
}
