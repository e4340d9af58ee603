import type { ShownWait } from '@aboveboard/protocol/controls';
import type { AskingPrincipal } from '../access/decision.ts';
import type { MayRun } from '../access/job-permission.ts';
import { roleOfParty } from '../access/party-of.ts';
import type { Database } from '../database/database.ts';
import { digestOfWaits, isReminderDue, nearestDay } from './due-reminder.ts';
import { REMINDED, type Reminded, type ReminderConfig } from './reminder-config.ts';
import { reminderMail } from './reminder-mail.ts';
import {
  addressDigest,
  claimDay,
  dayOfDatabase,
  forgetOthers,
  lastTold,
  noteOutcome,
} from './reminder-rows.ts';
import type { MailOutcome, SendMail } from './smtp-relay.ts';

/** Tells the parties and the operator by mail that something waits (spec/controls.md, CTL32-CTL38). */
export type Reminders = {
  /**
   * Each hour. Where the relay is at fault the rest waits for the next round. Rejects where the database does not answer, the
   * configuration can't be meant, or what waits for a party is not known; the other parties are told.
   */
  round(): Promise<void>;
};

/** What may make a mail: nothing that is a contributor's is among them (CTL34). */
const KINDS: ReadonlySet<ShownWait['kind']> = new Set([
  'version',
  'expiry',
  'grant',
  'hold',
  'lock',
  'erasure',
  'backup',
]);

export function makeReminders(parts: {
  database: Pick<Database, 'query'>;
  /** Read anew each time; null: nobody is reminded. */
  config: () => ReminderConfig | null;
  /** What that party is shown of what waits, and no more. */
  waits: (who: AskingPrincipal) => Promise<ShownWait[]>;
  send: (config: ReminderConfig) => SendMail;
  mayRun: MayRun;
  /** YYYY-MM-DD; the database's unless a test says another. */
  today?: () => Promise<string>;
}): Reminders {
  const { database, config, waits, send, mayRun } = parts;
  const today = parts.today ?? (() => dayOfDatabase(database.query));

  async function tell(
    { party, address }: { party: Reminded; address: string },
    about: ShownWait[],
    { day, to }: { day: string; to: ReminderConfig },
  ): Promise<MailOutcome | null> {
    const digest = addressDigest(party, address);
    if (!isReminderDue(about, await lastTold(database.query, party, digest), day)) return null;
    // Before the relay hears of it: what is killed now costs a mail and makes no second one.
    if (!(await claimDay(database.query, party, digest, day))) return null;
    const outcome = await send(to)(address, reminderMail(nearestDay(about), controlsPage(to.page)));
    await noteOutcome(database.query, { party, address: digest, day }, outcome, digestOfWaits(about));
    return outcome;
  }

  return {
    async round() {
      mayRun('reminders');
      const to = config();
      const day = await today();
      const all = REMINDED.flatMap((party) => (to?.to[party] ?? []).map((address) => ({ party, address })));
      const digests = all.map(({ party, address }) => addressDigest(party, address));
      await forgetOthers(database.query, digests, day);
      if (to === null) return;
      const failed: unknown[] = [];
      for (const party of REMINDED) {
        const addresses = all.filter((one) => one.party === party);
        if (addresses.length === 0) continue;
        try {
          const waiting = await waits({
            role: party === 'operator' ? party : roleOfParty(party),
            id: 'reminders',
            steppedUp: false,
          });
          const about = waiting.filter(({ kind }) => KINDS.has(kind));
          for (const one of addresses) {
            const outcome = await tell(one, about, { day, to });
            // It is the same relay for the others.
            if (outcome !== null && outcome !== 'sent' && outcome !== 'refused') return;
          }
        } catch (error) {
          failed.push(error);
        }
      }
      if (failed.length > 0) throw new AggregateError(failed, 'some parties could not be told');
    },
  };
}

/** The one page whose address says nothing of what waits. */
export function controlsPage(server: string): string {
  return new URL('/controls', server).href;
}
