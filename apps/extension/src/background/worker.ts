import { RELAY_ALARM, VOICE_ALARM } from '../relay/alarm-wait.ts';
import { openDatabase } from '../store/database.ts';
import { deviceKeyRing } from '../store/device-keys.ts';
import { OwnCards } from '../store/own-cards.ts';
import { sealedEnrolment } from '../store/sealed-enrolment.ts';
import { changeSetup, readSetup, type Setup } from '../store/setup.ts';
import { Shelf } from '../store/shelf.ts';
import type { VoiceActFault, VoiceDesk } from '../voice/voice-desk.ts';
import { AGENT_PORT, type FromAgent } from '../wire/agent-wire.ts';
import { type Command, type CommandAnswer, PANEL_PORT } from '../wire/panel-message.ts';
import { askThere, askThereDue } from './asking-there.ts';
import { showBadge } from './badge.ts';
import { CommandFault } from './command-fault.ts';
import { erase, eraseDue, eraseEverything } from './erasing.ts';
import { beginHandover, endHandover } from './handing-over.ts';
import { HOUSEKEEPING_ALARM, tidy } from './housekeeping.ts';
import { goOn, joinedWith, paperKept, renewSession } from './joining.ts';
import { noticeRead, noticesDue } from './noticing.ts';
import { ownBuild } from './own-build.ts';
import { addCardsFromFile, keepCard } from './own-cards-acts.ts';
import { keepReceipts } from './receipts.ts';
import { RecorderHost } from './recorder-host.ts';
import { recall, release, schedule, UPLOAD_ALARM, uploadDue, uploadNow } from './releasing.ts';
import { Rules } from './rules.ts';
import { refreshed, setUpFromFile, setUpFromServer } from './setting-up.ts';
import { watchTabs } from './tab-watch.ts';
import { enrolledBy, howInstalled } from './taking-enrolment.ts';
import { viewOf } from './view.ts';

const REFRESH = 'refresh';

/**
 * The worker: Chromium starts it for an event and ends it when it likes. Every listener is there before the
 * first await; each waits for what the device knows.
 */
export function startWorker(): void {
  const panels = new Set<chrome.runtime.Port>();
  const notice = new ChangeNotice(async () => {
    const recorder = await host;
    await showBadge(recorder.state);
    if (panels.size === 0) return;
    const view = await viewOf(recorder);
    for (const panel of panels) panel.postMessage(view);
  });
  const host = takeUpDevice(() => notice.give());

  chrome.runtime.onConnect.addListener((port) => {
    if (port.name === PANEL_PORT && isOwnPage(port.sender)) {
      panels.add(port);
      port.onDisconnect.addListener(() => panels.delete(port));
      notice.give();
    }
    if (port.name !== AGENT_PORT) return;
    // Heard before the device is known, so that nothing that an agent says is missed.
    const hello = new Promise<FromAgent>((resolve) => {
      const first = (said: FromAgent) => {
        port.onMessage.removeListener(first);
        resolve(said);
      };
      port.onMessage.addListener(first);
    });
    void Promise.all([host, hello]).then(([recorder, said]) => {
      if (port.sender?.origin) recorder.sees(port.sender.origin);
      return recorder.ports.admit(port, recorder.session, said);
    });
  });

  chrome.runtime.onMessage.addListener((command: Command, sender, respond) => {
    if (!isOwnPage(sender)) return false;
    void host.then((recorder) => act(recorder, command, () => notice.give())).then(respond);
    return true;
  });

  chrome.alarms.onAlarm.addListener(async ({ name }) => {
    const recorder = await host;
    if (name === RELAY_ALARM) await recorder.installation.line?.wake();
    if (name === VOICE_ALARM) await recorder.installation.voice?.wake();
    if (name === UPLOAD_ALARM) await uploadDue(recorder, () => notice.give());
    if (name !== HOUSEKEEPING_ALARM) return;
    await tidy(recorder);
    const post = recorder.installation.post(REFRESH, recorder.count());
    // Through the guardian this takes periods; nothing waits for it.
    void refreshed(recorder.rules.setup, post)
      .then((change) => change && recorder.change(change))
      .catch(() => undefined)
      .finally(() => recorder.installation.close(REFRESH));
    void renewSession(recorder).catch(() => undefined);
    await schedule(recorder);
  });
  chrome.idle.onStateChanged.addListener(async (state) => {
    if (state === 'locked') await (await host).pause('lock');
  });
  watchTabs(async () => (await host).session);
  // Of a recorder that the policy installs, the policy's values come after its first start.
  chrome.storage.onChanged.addListener(async (_, area) => {
    if (area !== 'managed') return;
    const managed = await managedEnrolment(await host);
    if (managed) await (await host).change(managed);
  });

  chrome.runtime.onInstalled.addListener(() => {
    void chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true }).catch(() => undefined);
  });
  // Made once: a worker that starts often must not put it off each time.
  void chrome.alarms.get(HOUSEKEEPING_ALARM).then((known) => {
    if (!known) return chrome.alarms.create(HOUSEKEEPING_ALARM, { periodInMinutes: 60, delayInMinutes: 1 });
  });
}

async function takeUpDevice(changed: () => void): Promise<RecorderHost> {
  const database = await openDatabase();
  const setup = await readSetup(database);
  const rules = new Rules(setup, await ownBuild());
  await rules.take(setup);
  const keys = await deviceKeyRing(database);
  const shelf = new Shelf(database, keys);
  const ownCards = new OwnCards(database, keys);
  const device = { database, keys, shelf, rules, ownCards };
  const recorder = new RecorderHost(device, changed, (host) => {
    // What takes several periods goes on with each answer, whichever worker began it.
    void goOn(host).catch(() => undefined);
    void keepReceipts(host).catch(() => undefined);
    void eraseDue(host).catch(() => undefined);
    void askThereDue(host, changed).catch(() => undefined);
    void noticesDue(host, changed).catch(() => undefined);
    if (host.installation.line) void uploadDue(host, changed);
  });
  const managed = await managedEnrolment(recorder);
  if (managed) await rules.take(await changeSetup(database, managed));
  await recorder.takeUp(await isSameBrowser());
  void askThereDue(recorder, changed).catch(() => undefined);
  void noticesDue(recorder, changed).catch(() => undefined);
  return recorder;
}

/** The organisation's policy for the browser may bring what to rely on; it replaces nothing that is there (ENR25). */
async function managedEnrolment({ rules }: RecorderHost): Promise<((setup: Setup) => Setup) | null> {
  const { enrolment, firstContact, server } = rules.setup;
  if (enrolment || firstContact || server) return null;
  const managed = await chrome.storage.managed.get('enrolment').catch(() => ({}) as { enrolment?: unknown });
  if (typeof managed.enrolment !== 'string') return null;
  try {
    return enrolledBy(managed.enrolment, await howInstalled());
  } catch {
    // It is none, or none for this computer: the panel asks for one, and nothing is said to anybody.
    return null;
  }
}

/** This mark lives as long as the browser runs, and survives the worker. */
async function isSameBrowser(): Promise<boolean> {
  const { running } = await chrome.storage.session.get('running');
  await chrome.storage.session.set({ running: true });
  return running === true;
}

async function act(host: RecorderHost, command: Command, changed: () => void): Promise<CommandAnswer> {
  try {
    const id = await perform(host, command, changed);
    return { ok: true, view: await viewOf(host), ...(id ? { id } : {}) };
  } catch (error) {
    if (error instanceof CommandFault) {
      return { ok: false, fault: error.key, ...(error.detail ? { detail: error.detail } : {}) };
    }
    return { ok: false, fault: 'failed' };
  }
}

async function perform(
  host: RecorderHost,
  command: Command,
  changed: () => void,
): Promise<string | undefined> {
  switch (command.command) {
    case 'view':
      return undefined;
    case 'set-up':
      await host.change(
        await setUpFromServer(
          command.server,
          command.code,
          host.count(),
          sealedEnrolment(host.database, host.keys),
        ),
      );
      return void goOn(host);
    case 'set-up-from-file':
      return void (await host.change(await setUpFromFile(command.file, await howInstalled())));
    case 'join':
      await host.change(await joinedWith(command.code, host));
      return void goOn(host);
    case 'hand-over':
      await beginHandover(host);
      return void goOn(host);
    case 'end-handover':
      return void (await endHandover(host));
    case 'paper-kept':
      return void (await paperKept(host));
    case 'set-up-anew':
      return void (await host.setUpAnew());
    case 'agree':
      await host.agree(command.choice);
      return void keepReceipts(host).catch(() => undefined);
    case 'withdraw':
      await host.withdraw(command.apps);
      return void keepReceipts(host).catch(() => undefined);
    case 'opt-out':
      await host.optOut();
      return void keepReceipts(host).catch(() => undefined);
    case 'start':
      return host.start(command.task);
    case 'pause':
      return void (await host.pause('contributor'));
    case 'resume':
      return void (await host.resume());
    case 'subgoal':
      return void host.subgoal(command.text);
    case 'stop':
      return host.stop();
    case 'discard':
      return void (await host.discard(command.id));
    case 'release':
      await release(host, command.from, command);
      return void changed();
    case 'recall':
      await recall(host, command.id);
      return void changed();
    case 'erase':
      await erase(host, command.id);
      changed();
      return void eraseDue(host).catch(() => undefined);
    case 'own-data':
      await (command.act === 'ask' ? askThere(host) : eraseEverything(host));
      changed();
      void eraseDue(host).then(changed, () => undefined);
      return void askThereDue(host, changed).catch(() => undefined);
    case 'notice-read':
      await noticeRead(host, command.board);
      return void changed();
    case 'upload-now':
      await uploadNow(host, command.id);
      return void changed();
    case 'keep-card':
      await keepCard(host.ownCards, command.draft, command.id);
      return void changed();
    case 'remove-card':
      await host.ownCards.remove(command.id);
      return void changed();
    case 'add-cards':
      await addCardsFromFile(host.ownCards, command.file);
      return void changed();
    case 'give-code':
      return void (await voiceAct(host, (desk) => desk.giveCode(command.code)));
    case 'say':
      return void (await voiceAct(host, (desk) => desk.say(command.issue, command.says, command.words)));
    case 'leave-installation':
      return void (await host.leave());
    default:
      throw new CommandFault('failed');
  }
}

async function voiceAct(
  { installation }: RecorderHost,
  run: (desk: VoiceDesk) => Promise<VoiceActFault | null>,
): Promise<void> {
  const fault = installation.voice ? await run(installation.voice.desk) : 'voice-late';
  if (fault) throw new CommandFault(fault);
}

/** The extension's own pages. A content script has the extension's id too, and a page's address. */
function isOwnPage(sender: chrome.runtime.MessageSender | undefined): boolean {
  return sender?.id === chrome.runtime.id && sender.url?.startsWith(chrome.runtime.getURL('/')) === true;
}

/** Tells of changes at most every 200 ms, and always of the last one. */
class ChangeNotice {
  readonly #tell: () => Promise<void>;
  #waiting = false;

  constructor(tell: () => Promise<void>) {
    this.#tell = tell;
  }

  give(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      void this.#tell().catch(() => undefined);
    }, 200);
  }
}
