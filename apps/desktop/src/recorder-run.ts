import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { AccessibilityReader } from './atspi/accessibility.ts';
import { demonstrationStanding } from './demonstration-desk.ts';
import { steadyNow } from './live-recording.ts';
import { type LocalPage, servePage } from './page/local-page.ts';
import { whyNot } from './platform.ts';
import { RecorderDaemon, subtle } from './recorder-daemon.ts';
import { showIndicator } from './x11/indicator.ts';
import { type InterfaceReader, X11Source } from './x11/x11-source.ts';

export type RecorderRun = { daemon: RecorderDaemon; page: LocalPage; stop(): Promise<void> };

/** Why it did not start, in a sentence. */
export class RecorderFault extends Error {
  override readonly name = 'RecorderFault';
}

/** Starts the recorder of this desktop: nothing is recorded until she agrees and starts, on its page (T1). */
export async function runRecorder(given: {
  folder: string;
  apps: readonly AgreedDesktopApp[];
  environment: NodeJS.ProcessEnv;
  port?: number;
}): Promise<RecorderRun> {
  const { environment } = given;
  const refused = whyNot(process.platform, environment);
  if (refused) throw new RecorderFault(refused);
  const display = environment['DISPLAY'];
  const daemon = await RecorderDaemon.start({
    folder: given.folder,
    standing: await demonstrationStanding(given.apps, { now: Date.now(), subtle }),
    source: async () => new X11Source({ display, now: steadyNow, reader: await readerOf(environment) }),
    indicator: (on) => showIndicator(display, on),
  });
  const page = await servePage(daemon, given.port).catch(async (error) => {
    await daemon.close();
    throw error;
  });
  return {
    daemon,
    page,
    async stop() {
      await page.close();
      await daemon.close();
    },
  };
}

/** Without a bus there are no trees, so neither keys nor pictures (DSK22, DSK30). */
async function readerOf(environment: NodeJS.ProcessEnv): Promise<InterfaceReader | null> {
  const address = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (!address) return null;
  return AccessibilityReader.connect(address).catch(() => null);
}
