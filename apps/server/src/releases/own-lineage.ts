import type { MyLineage } from '@aboveboard/protocol/lineage';
import type { Query } from '../database/database.ts';

/**
 * Where what is hers went (T22; LIN5). `query` is of a transaction of hers (`asContributor`): of what is in a release her rows are all
 * that there is.
 */
export async function ownLineage(query: Query, handle: string): Promise<MyLineage> {
  const releases = await query<MyLineage['releases'][number]>(
    `with hers as (
       select l.release, array_agg(l.recording order by l.recording) as recordings
       from upload u join recording r on r.upload = u.id join release_recording l on l.recording = r.id
       where u.contributor = $1 group by l.release
     ), mine as (
       select release from hers union select release from withdrawn_from where contributor = $1
     )
     select d.release, d.name, d.version, d.purpose, d.built_on as "builtOn", d.superseded_on as "supersededOn",
       coalesce(hers.recordings, '{}') as recordings,
       exists (select 1 from withdrawn_from w where w.release = d.release and w.contributor = $1) as withdrawn,
       coalesce((select json_agg(json_build_object('version', n.version, 'builtOn', n.built_on) order by n.version)
         from dataset_release n where n.name = d.name and n.version > d.version
           and n.release not in (select release from mine)), '[]') as without,
       coalesce((select json_agg(json_build_object('name', m.name, 'purpose', m.purpose, 'enteredOn', m.entered_on)
           order by m.position) from model_release r join trained_model m on m.id = r.model
         where r.release = d.release), '[]') as models,
       case
         when not exists (select 1 from release_holder h where h.release = d.release and h.told_on is not null)
           then 'not-asked'
         when exists (select 1 from release_holder h where h.release = d.release and h.said is distinct from 'deleted')
           then 'waits'
         else 'confirmed'
       end as deletion
     from mine join dataset_release d on d.release = mine.release left join hers on hers.release = d.release
     order by d.built_on desc, d.name, d.version desc`,
    [handle],
  );
  return { releases };
}
