import { readFile } from 'node:fs/promises';
import type { ControlName } from '@aboveboard/protocol/controls';
import { dayOf } from '../access/grant-state.ts';
import type { Database } from '../database/database.ts';
import { requireDurable } from '../database/durable-settings.ts';
import { SERVER_ROLE, tablesWithoutWall } from '../database/row-walls.ts';
import type { VaultKeeper } from '../keys/vault-keeper.ts';
import { openDeletions } from '../releases/open-deletions.ts';
import { type SweepAlarm, sweepAlarm } from '../retention/sweep-alarm.ts';
import { lastSweep } from '../retention/sweep-rows.ts';
import { type Check, notOk, type Outcome, ok } from './check.ts';
import { type DoneName, lastDone } from './last-done.ts';
import { text, when } from './messages/en.ts';

/** What the machine does and is: the database, the ways in, and what the operator has to do again and again (CTL14-CTL17). */
export type MachineSources = {
  database: Pick<Database, 'query'>;
  /** DATA. */
  root: string;
  /** Says of itself when it was backed up. */
  vault: Pick<VaultKeeper, 'backedUp'>;
  /** Where it is reached; null: it does not run. */
  url: string | null;
  /** What the server answers to anybody who asks for `/`; null: not known from here. */
  frontPage: (() => Promise<Response>) | null;
  /** Of the process that serves. */
  limitsFile: string;
  /** Milliseconds since the epoch. */
  now: () => number;
};

const DAY = 86_400_000;
/** How long after the last one the next is due (docs/operators.md). */
export const DUE_DAYS: Readonly<Record<DoneName, number>> = {
  'data-backup': 2,
  'keys-backup': 2,
  'vault-backup': 2,
  'erasure-drill': 92,
};

type MachineControl = Exclude<
  ControlName,
  | 'rules'
  | 'rules-log'
  | 'uses-log'
  | 'guardian'
  | 'probe'
  | 'vault'
  | 'certificate'
  | 'guardian-backup'
  | 'holds'
  | 'notices'
  | 'reminders'
>;

export function checksOfMachine(sources: MachineSources): Record<MachineControl, Check> {
  const { database, root, vault, url, frontPage, limitsFile, now } = sources;

  async function swept(): Promise<Outcome> {
    const last = await lastSweep(database.query);
    const alarm: SweepAlarm | null = sweepAlarm(last, now());
    const say = text.retention;
    return alarm === null && last
      ? ok(say.fine(when(last.ended / 1000)))
      : notOk(say.alarm[alarm ?? 'never'], say.todo[alarm ?? 'never']);
  }

  async function released(): Promise<Outcome> {
    const say = text.releases;
    const { untold, late } = await openDeletions(database.query, dayOf(now()));
    if (untold) return notOk(say.untold, say.untoldTodo);
    return late ? notOk(say.late, say.lateTodo) : ok(say.fine);
  }

  async function walls(): Promise<Outcome> {
    const say = text.walls;
    const open = await tablesWithoutWall(database.query);
    const [who] = await database.query<{ name: string; passes: boolean; owns: number }>(
      `select current_user as name, r.rolsuper or r.rolbypassrls as passes,
         (select count(*) from pg_class c where c.relowner = r.oid and c.relkind = 'r')::integer as owns
       from pg_roles r where r.rolname = current_user`,
    );
    if (!who) throw new Error('the database does not say who this is');
    if (open.length > 0) return notOk(say.open(open), say.todo);
    if (who.name !== SERVER_ROLE || who.passes || who.owns > 0) return notOk(say.owner, say.todo);
    return ok(say.fine);
  }

  async function listening(): Promise<Outcome> {
    const say = text.listening;
    if (url === null) return notOk(say.off, say.offTodo);
    const { protocol, hostname } = new URL(url);
    if (protocol === 'https:') return ok(say.tls);
    return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname)
      ? ok(say.loopback)
      : notOk(say.open, say.openTodo);
  }

  async function pagePolicy(): Promise<Outcome> {
    const say = text.pagePolicy;
    if (!frontPage) throw new Error('the server can not be asked from here');
    const answer = await frontPage();
    if (answer.status >= 500) throw new Error('the server answers nothing');
    const policy = answer.headers.get('content-security-policy') ?? '';
    const parts = new Map(
      policy.split(';').map((part) => {
        const [name = '', ...values] = part.trim().split(/\s+/);
        return [name, values.join(' ')];
      }),
    );
    const holds =
      parts.get('default-src') === "'none'" &&
      parts.get('script-src') === "'self'" &&
      parts.get('connect-src') === "'self'" &&
      parts.get('require-trusted-types-for') === "'script'";
    return holds ? ok(say.fine) : notOk(say.weak, say.todo);
  }

  async function coreDumps(): Promise<Outcome> {
    const say = text.coreDumps;
    const soft = /^Max core file size\s+(\S+)/m.exec(await readFile(limitsFile, 'utf8'))?.[1];
    if (soft === undefined) throw new Error('the system does not say');
    return soft === '0' ? ok(say.off) : notOk(say.on, say.todo);
  }

  async function done(name: DoneName): Promise<Outcome> {
    return judged(name, await lastDone(root, name));
  }

  function judged(name: DoneName, at: number | null): Outcome {
    const say = text.done[name];
    if (at === null) return notOk(say.never, say.todo);
    // A time that is yet to come says nothing of what was done.
    const isRecent = now() - at <= DUE_DAYS[name] * DAY && at - now() <= DAY / 24;
    return isRecent ? ok(say.fine(when(at / 1000))) : notOk(say.late(when(at / 1000)), say.todo);
  }

  async function vaultBackedUp(): Promise<Outcome> {
    const at = await vault.backedUp();
    return at === 'with-keys' ? ok(text.done['vault-backup'].within) : judged('vault-backup', at);
  }

  async function drilled(): Promise<Outcome> {
    const [row] = await database.query('select 1 from erasure limit 1');
    return row ? done('erasure-drill') : ok(text.done['erasure-drill'].nothing);
  }

  return {
    retention: { agreed: text.retention.agreed, check: swept },
    releases: { agreed: text.releases.agreed, check: released },
    walls: { agreed: text.walls.agreed, check: walls },
    durability: {
      agreed: text.durability.agreed,
      check: async () =>
        requireDurable(database).then(
          () => ok(text.durability.fine),
          (error: Error) => {
            // Its own sentence: anything else is a question that had no answer.
            if (!error.message.startsWith('The database ')) throw error;
            return notOk(text.durability.off, text.durability.todo);
          },
        ),
    },
    listening: { agreed: text.listening.agreed, check: listening },
    'page-policy': { agreed: text.pagePolicy.agreed, check: pagePolicy },
    'core-dumps': { agreed: text.coreDumps.agreed, check: coreDumps },
    'data-backup': { agreed: text.done['data-backup'].agreed, check: () => done('data-backup') },
    'keys-backup': { agreed: text.done['keys-backup'].agreed, check: () => done('keys-backup') },
    'vault-backup': { agreed: text.done['vault-backup'].agreed, check: vaultBackedUp },
    'erasure-drill': { agreed: text.done['erasure-drill'].agreed, check: drilled },
  };
}
