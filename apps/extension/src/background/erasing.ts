import { ServerClient } from '@aboveboard/capture/line/server-client';
import {
  ERASE_EVERYTHING,
  ERASURES,
  HELD_THERE,
  type HeldThere,
  type KeptErasure,
  WAITING_ERASURES,
  type WaitingErasure,
} from '../own-data/held-there.ts';
import { kept } from '../store/settings.ts';
import { CommandFault } from './command-fault.ts';
import type { RecorderHost } from './recorder-host.ts';

/** She takes back what was uploaded (T11): asked of the server until it says that it is done, over any number of starts. */
export async function erase(host: RecorderHost, id: string): Promise<void> {
  const row = await host.shelf.change(id, (known) =>
    known.state === 'released' && known.release
      ? { ...known, release: { ...known.release, erasing: true } }
      : null,
  );
  if (!row) throw new CommandFault('not-now');
}

/** Everything of hers: at the server whatever it knows as hers, here whatever there is (ACC57). */
export async function eraseEverything(host: RecorderHost): Promise<void> {
  await kept<boolean>(host.database, ERASE_EVERYTHING).put(true);
  for (const { id, state } of await host.shelf.all()) {
    // What is on its way may be there already: the server's list says so.
    if (state === 'released') await erase(host, id);
    else await host.discard(id);
  }
}

let running: Promise<void> | null = null;

export function eraseDue(host: RecorderHost): Promise<void> {
  running ??= eraseAll(host).finally(() => {
    running = null;
  });
  return running;
}

async function eraseAll(host: RecorderHost): Promise<void> {
  const rows = await host.shelf.all();
  const everything = kept<boolean>(host.database, ERASE_EVERYTHING);
  const isAll = (await everything.get()) === true;
  const ids = new Set(rows.filter(({ release }) => release?.erasing || isAll).map(({ id }) => id));
  if (ids.size === 0 && !isAll) return;
  const client = new ServerClient(host.installation.post('erase', host.count()), host.rules.setup.token);
  try {
    if (isAll) for (const { id, state } of await client.myRecordings()) if (state !== 'erased') ids.add(id);
    if (ids.size > 0) {
      const { erased, held = [], keysExpireOn } = await client.erase([...ids]);
      if (erased.length > 0) await note(host, erased, keysExpireOn);
      if (held.length > 0) await noteWaiting(host, held);
    }
    for (const id of ids) await host.discard(id);
    if (isAll) await everything.remove();
  } finally {
    await host.installation.close('erase');
  }
}

/** It was accepted there and waits for the end of a hold; here nothing is left to do but to say so (HLD23, HLD26). */
async function noteWaiting({ database }: RecorderHost, held: { id: string; until: string }[]): Promise<void> {
  const store = kept<WaitingErasure[]>(database, WAITING_ERASURES);
  const before = (await store.get()) ?? [];
  const known = new Set(before.flatMap(({ recordings }) => recordings));
  const fresh = held.filter(({ id }) => !known.has(id));
  const days = Map.groupBy(fresh, ({ until }) => until);
  const added = [...days].map(([until, some]) => ({
    at: Date.now(),
    recordings: some.map(({ id }) => id),
    until,
  }));
  await store.put([...added, ...before]);
}

async function note({ database }: RecorderHost, erased: string[], keysExpireOn: string): Promise<void> {
  const store = kept<KeptErasure[]>(database, ERASURES);
  const erasure = { at: Date.now(), recordings: erased.length, keysExpireOn };
  await store.put([erasure, ...((await store.get()) ?? [])]);
  // What the server said before is not true of these any more.
  const there = kept<HeldThere>(database, HELD_THERE);
  const held = await there.get();
  if (!held?.answer) return;
  const recordings = held.answer.recordings.map((one) =>
    erased.includes(one.id) ? { ...one, state: 'erased' as const } : one,
  );
  await there.put({ ...held, answer: { ...held.answer, recordings } });
}
