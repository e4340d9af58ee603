import { LEAST_COUNT } from '@aboveboard/consent/agreement';
import type { Query } from '../database/database.ts';

/**
 * What this installation knows of its own load, for planning hardware. Sums over everybody's own recordings, rounded;
 * nothing of one person, no time of day, nothing of how busily anybody works (T15).
 */
export type ProgrammeFigures =
  | { isWithheld: true; why: 'few' | 'one' }
  | {
      isWithheld: false;
      recordings: number;
      bytesARecording: number;
      bytesAnHour: number;
      bytesAnUpload: number;
    };

/** Where one person is more than this of all, a mean is nearly a figure about that person. */
const MOST_SHARE = 0.25;

type Sums = {
  people: number;
  recordings: number;
  bytes: number;
  parts: number;
  milliseconds: number;
  most_bytes: number;
  most_milliseconds: number;
};

export async function programmeFigures(query: Query): Promise<ProgrammeFigures> {
  const [sums] = await query<Sums>(
    `with one as (
       select count(*) as recordings, sum(r.bytes) as bytes, sum(r.parts) as parts,
         sum(r.duration_ms) as milliseconds
       from recording r join upload u on u.id = r.upload where r.class = 'own' group by u.contributor)
     select count(*)::integer as people, coalesce(sum(recordings), 0)::bigint as recordings,
       coalesce(sum(bytes), 0)::bigint as bytes, coalesce(sum(parts), 0)::bigint as parts,
       coalesce(sum(milliseconds), 0)::bigint as milliseconds, coalesce(max(bytes), 0)::bigint as most_bytes,
       coalesce(max(milliseconds), 0)::bigint as most_milliseconds
     from one`,
  );
  if (!sums || sums.people < LEAST_COUNT || sums.milliseconds === 0) return { isWithheld: true, why: 'few' };
  if (sums.most_bytes > sums.bytes * MOST_SHARE || sums.most_milliseconds > sums.milliseconds * MOST_SHARE)
    return { isWithheld: true, why: 'one' };
  return {
    isWithheld: false,
    recordings: rounded(sums.recordings),
    bytesARecording: rounded(sums.bytes / sums.recordings),
    bytesAnHour: rounded(sums.bytes / (sums.milliseconds / 3_600_000)),
    bytesAnUpload: rounded(sums.bytes / sums.parts),
  };
}

/** Two digits: one recording more or less does not show. */
const rounded = (value: number) => Number(value.toPrecision(2));
