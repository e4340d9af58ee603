import { CommandFault } from './command-fault.ts';
import type { RecorderHost } from './recorder-host.ts';
import { ServerClient } from './server-client.ts';

/** She takes back what was uploaded (T11): asked of the server until it says that it is done, over any number of starts. */
export async function erase(host: RecorderHost, id: string): Promise<void> {
  const row = await host.shelf.change(id, (known) =>
    known.state === 'released' && known.release
      ? { ...known, release: { ...known.release, erasing: true } }
      : null,
  );
  if (!row) throw new CommandFault('not-now');
}

let running: Promise<void> | null = null;

export function eraseDue(host: RecorderHost): Promise<void> {
  running ??= eraseAll(host).finally(() => {
    running = null;
  });
  return running;
}

async function eraseAll(host: RecorderHost): Promise<void> {
  const ids = (await host.shelf.all()).filter(({ release }) => release?.erasing).map(({ id }) => id);
  if (ids.length === 0) return;
  const client = new ServerClient(host.installation.post('erase', host.count()), host.rules.setup.token);
  try {
    await client.erase(ids);
    for (const id of ids) await host.discard(id);
  } finally {
    await host.installation.close('erase');
  }
}
