import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { HELD_THERE, type HeldThere } from '../own-data/held-there.ts';
import { kept } from '../store/settings.ts';
import type { RecorderHost } from './recorder-host.ts';

const MATTER = 'own-data';

/** She wants to know what the server has of hers. Asked by her alone: no rhythm tells on which days a recorder runs (T15). */
export async function askThere(host: RecorderHost): Promise<void> {
  const store = kept<HeldThere>(host.database, HELD_THERE);
  const known = await store.get();
  await store.put({ askedAt: null, answer: known?.answer ?? null, fault: known?.fault ?? null });
}

let running: Promise<void> | null = null;

/** Goes on with what she asked for, over any number of starts. */
export function askThereDue(host: RecorderHost, changed: () => void): Promise<void> {
  running ??= ask(host)
    .then((asked) => {
      if (asked) changed();
    })
    .finally(() => {
      running = null;
    });
  return running;
}

async function ask(host: RecorderHost): Promise<boolean> {
  const store = kept<HeldThere>(host.database, HELD_THERE);
  const known = await store.get();
  if (known?.askedAt !== null) return false;
  const client = new ServerClient(host.installation.post(MATTER, host.count()), host.rules.setup.token);
  try {
    const [recordings, readings] = await Promise.all([client.myRecordings(), client.myReadings()]);
    const at = Date.now();
    await store.put({ askedAt: at, answer: { at, recordings, readings }, fault: null });
  } catch (error) {
    // A worker that begins anew goes on with it.
    if (error instanceof LineGivenUp) return false;
    const fault = error instanceof ServerFault && error.status > 0 ? error.message : '';
    await store.put({ askedAt: Date.now(), answer: known.answer, fault });
  }
  await host.installation.close(MATTER);
  return true;
}
