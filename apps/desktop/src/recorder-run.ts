import { fileURLToPath } from 'node:url';
import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { AccessibilityReader } from './atspi/accessibility.ts';
import { randomOf, steadyNow } from './live-recording.ts';
import { type LocalPage, servePage } from './page/local-page.ts';
import { whyNot } from './platform.ts';
import { type DaemonOptions, RecorderDaemon, subtle } from './recorder-daemon.ts';
import { demonstrationDesk } from './rules/demonstration-desk.ts';
import { FollowedDesk } from './rules/followed-desk.ts';
import { buildDigest, RECORDER_FOLDERS } from './rules/own-build.ts';
import { takeEnrolment } from './rules/taking-enrolment.ts';
import { showIndicator } from './x11/indicator.ts';
import { type InterfaceReader, X11Source } from './x11/x11-source.ts';

/** A demonstration with these applications, the rules of an installation whose enrolment is this file, or a desk as it is. */
export type RulesSource =
  | { apps: readonly AgreedDesktopApp[] }
  | { enrolment: string }
  | { desk: DaemonOptions['desk'] };

export type RecorderRun = { daemon: RecorderDaemon; page: LocalPage; stop(): Promise<void> };

/** Why it did not start, in a sentence. */
export class RecorderFault extends Error {
  override readonly name = 'RecorderFault';
}

/** Starts the recorder of this desktop: nothing is recorded until she agrees and starts, on its page (T1). */
export async function runRecorder(given: {
  folder: string;
  rules: RulesSource;
  environment: NodeJS.ProcessEnv;
  port?: number;
  now?: () => number;
}): Promise<RecorderRun> {
  const { environment } = given;
  const refused = whyNot(process.platform, environment);
  if (refused) throw new RecorderFault(refused);
  const display = environment['DISPLAY'];
  const daemon = await RecorderDaemon.start({
    folder: given.folder,
    desk: await deskOf(given.rules),
    ...(given.now ? { now: given.now } : {}),
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

/** EnrolmentFault where the file is not relied on. */
async function deskOf(rules: RulesSource): Promise<DaemonOptions['desk']> {
  if ('desk' in rules) return rules.desk;
  if ('apps' in rules) return () => demonstrationDesk(rules.apps, { now: Date.now, subtle });
  const enrolment = await takeEnrolment(rules.enrolment);
  const build = await buildDigest(REPOSITORY, RECORDER_FOLDERS);
  const means = { random: randomOf, subtle };
  return (on) => FollowedDesk.open({ enrolment, build, ...on, now: Date.now, means });
}
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Without a bus there are no trees, so neither keys nor pictures (DSK22, DSK30). */
async function readerOf(environment: NodeJS.ProcessEnv): Promise<InterfaceReader | null> {
  const address = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (!address) return null;
  return AccessibilityReader.connect(address).catch(() => null);
}
