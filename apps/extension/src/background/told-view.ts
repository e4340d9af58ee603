import { HELD_THERE, type HeldThere, WAITING_ERASURES, type WaitingErasure } from '../own-data/held-there.ts';
import { kept } from '../store/settings.ts';
import type { ToldView } from '../wire/panel-message.ts';
import type { RecorderHost } from './recorder-host.ts';

/** What the panel tells her without her having asked for it today; nothing is sent for it. */
export async function toldView({ database }: Pick<RecorderHost, 'database'>): Promise<ToldView> {
  const there = await kept<HeldThere>(database, HELD_THERE).get();
  const waiting = (await kept<WaitingErasure[]>(database, WAITING_ERASURES).get()) ?? [];
  const today = new Date().toISOString().slice(0, 10);
  const held = new Set([
    ...(there?.answer?.recordings ?? [])
      .filter((one) => one.held && one.held.until >= today)
      .map(({ id }) => id),
    ...waiting.filter(({ until }) => until >= today).flatMap(({ recordings }) => recordings),
  ]);
  return { held: held.size };
}
