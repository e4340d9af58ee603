import { type Check, notOk, type Outcome, ok } from '../controls/check.ts';
import { text } from '../controls/messages/en.ts';
import type { Database } from '../database/database.ts';
import { REMINDED, readReminderConfig } from './reminder-config.ts';
import { addressDigest, dayOfDatabase, reminderRows } from './reminder-rows.ts';

const say = text.reminders;

/** Whether who is to be told by mail was told the last time (CTL39). */
export function checkOfReminders(parts: {
  database: Pick<Database, 'query'>;
  root: string;
  today?: () => Promise<string>;
}): Check {
  const { database, root } = parts;
  const today = parts.today ?? (() => dayOfDatabase(database.query));

  async function check(): Promise<Outcome> {
    let config: ReturnType<typeof readReminderConfig>;
    try {
      config = readReminderConfig(root);
    } catch {
      return notOk(say.unreadable, say.unreadableTodo);
    }
    const all = REMINDED.flatMap((party) =>
      (config?.to[party] ?? []).map((address) => Buffer.from(addressDigest(party, address)).toString('hex')),
    );
    if (all.length === 0) return ok(say.none);
    const day = await today();
    for (const { address, outcome, on } of await reminderRows(database.query)) {
      if (!all.includes(Buffer.from(address).toString('hex')) || outcome === 'sent') continue;
      // Of today's the relay may be being asked at this moment.
      if (outcome !== 'claimed') return notOk(say.failed[outcome], say.failedTodo);
      if (on !== day) return notOk(say.failed.unsure, say.failedTodo);
    }
    return ok(say.fine);
  }

  return { agreed: say.agreed, check };
}
