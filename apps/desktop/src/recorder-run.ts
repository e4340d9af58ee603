import { rm } from 'node:fs/promises';
import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import type { Recogniser } from '@aboveboard/redact/frame/recognition';
import { AccessibilityReader } from './atspi/accessibility.ts';
import { systemConditions } from './dbus/system-conditions.ts';
import { randomOf, steadyNow } from './live-recording.ts';
import { type LocalPage, servePage } from './page/local-page.ts';
import { whyNot } from './platform.ts';
import { type DaemonOptions, RecorderDaemon, subtle } from './recorder-daemon.ts';
import { demonstrationDesk } from './rules/demonstration-desk.ts';
import { FollowedDesk } from './rules/followed-desk.ts';
import { ownBuild } from './rules/own-build.ts';
import { takeEnrolment } from './rules/taking-enrolment.ts';
import { writeDurably } from './spool/durable-file.ts';
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
  /** Whoever made it closes it. */
  recognise?: Recogniser;
  /** Where the link is kept for its owner alone, another one after each that was used; null: the first is told once. */
  linkFile?: string | null;
}): Promise<RecorderRun> {
  const { environment } = given;
  const refused = whyNot(process.platform, environment);
  if (refused) throw new RecorderFault(refused);
  const display = environment['DISPLAY'];
  const daemon = await RecorderDaemon.start({
    folder: given.folder,
    desk: await deskOf(given.rules),
    ...(given.now ? { now: given.now } : {}),
    ...(given.recognise ? { recognise: given.recognise } : {}),
    source: async () => new X11Source({ display, now: steadyNow, reader: await readerOf(environment) }),
    conditions: () => systemConditions(environment),
    indicator: (on) => showIndicator(display, on),
  });
  const { linkFile = null } = given;
  const links = linkFile
    ? (link: string) => writeDurably(linkFile, new TextEncoder().encode(`${link}\n`))
    : null;
  const page = await servePage(daemon, { port: given.port ?? 0, links }).catch(async (error) => {
    await daemon.close();
    throw error;
  });
  return {
    daemon,
    page,
    async stop() {
      await page.close();
      if (linkFile) await rm(linkFile, { force: true });
      await daemon.close();
    },
  };
}

/** EnrolmentFault where the file is not relied on. */
async function deskOf(rules: RulesSource): Promise<DaemonOptions['desk']> {
  if ('desk' in rules) return rules.desk;
  if ('apps' in rules) return () => demonstrationDesk(rules.apps, { now: Date.now, subtle });
  const enrolment = await takeEnrolment(rules.enrolment);
  const build = await ownBuild();
  const means = { random: randomOf, subtle };
  return (on) => FollowedDesk.open({ enrolment, build, ...on, now: Date.now, means });
}

/** Without a bus there are no trees, so neither keys nor pictures (DSK22, DSK30). */
async function readerOf(environment: NodeJS.ProcessEnv): Promise<InterfaceReader | null> {
  const address = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (!address) return null;
  return AccessibilityReader.connect(address).catch(() => null);
}
