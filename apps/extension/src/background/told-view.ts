import { HELD_THERE, type HeldThere, WAITING_ERASURES, type WaitingErasure } from '../own-data/held-there.ts';
import { NOTICES, type NoticeBook } from '../own-data/kept-notices.ts';
import { kept } from '../store/settings.ts';
import type { ToldView } from '../wire/panel-message.ts';
import { LAST_WORD, silenceEnds } from './last-word.ts';
import type { RecorderHost } from './recorder-host.ts';

/** What the panel tells her without her having asked for it today; nothing is sent for it. */
export async function toldView({ database, rules, shelf }: RecorderHost): Promise<ToldView> {
  const there = await kept<HeldThere>(database, HELD_THERE).get();
  const waiting = (await kept<WaitingErasure[]>(database, WAITING_ERASURES).get()) ?? [];
  const today = new Date().toISOString().slice(0, 10);
  const held = new Set([
    ...(there?.answer?.recordings ?? [])
      .filter((one) => one.held && one.held.until >= today)
      .map(({ id }) => id),
    ...waiting.filter(({ until }) => until >= today).flatMap(({ recordings }) => recordings),
  ]);
  const atServer = (there?.answer?.recordings ?? []).filter(({ state }) => state === 'released').length;
  const released = (await shelf.all()).filter(({ state }) => state === 'released').length;
  return {
    held: held.size,
    notices: ((await kept<NoticeBook>(database, NOTICES).get())?.notices ?? []).filter(({ read }) => !read)
      .length,
    silence: silenceEnds({
      lastWord: await kept<number>(database, LAST_WORD).get(),
      silenceDays: rules.agreement?.retention.silenceDays,
      released: Math.max(released, atServer),
      now: Date.now(),
    }),
  };
}
