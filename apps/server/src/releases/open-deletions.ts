import type { Query } from '../database/database.ts';

/** Days that a holder has to say that a superseded release is deleted (LIN21). */
const ANSWER_DAYS = 14;
const DAY = 86_400_000;

/** The last day to answer for who was told on this one. */
export function answerBy(toldOn: string): string {
  return new Date(Date.parse(toldOn) + ANSWER_DAYS * DAY).toISOString().slice(0, 10);
}

/** What the page Controls warns of, without a number and without a name (LIN24). */
export async function openDeletions(
  query: Query,
  today: string,
): Promise<{ untold: boolean; late: boolean }> {
  const [row] = await query<{ untold: boolean; late: boolean }>(
    `select
       exists (select 1 from dataset_release where superseded_on < $1 and not announced) as untold,
       exists (select 1 from release_holder
         where told_on + $2::integer < $1::date and said is distinct from 'deleted') as late`,
    [today, ANSWER_DAYS],
  );
  return row ?? { untold: false, late: false };
}
