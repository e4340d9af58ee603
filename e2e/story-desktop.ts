import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { exportTrajectory } from '@aboveboard/dataset/export/agentnet';
import { ExportAccount, type ExportRecording } from '@aboveboard/dataset/export/export-recording';
import { MemoryExportSink } from '@aboveboard/dataset/export/memory-sink';
import { randomOf } from '@aboveboard/desktop/live-recording';
import { type DaemonOptions, subtle } from '@aboveboard/desktop/recorder-daemon';
import { runRecorder } from '@aboveboard/desktop/recorder-run';
import { asShown, UNKNOWN } from '@aboveboard/desktop/release/upload-conditions';
import { parseApp } from '@aboveboard/desktop/rules/demonstration-desk';
import { FollowedDesk } from '@aboveboard/desktop/rules/followed-desk';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { bringDesktop, DesktopStage, until } from './desktop/desktop-stage.ts';
import { ProductionInstallation } from './production-installation.ts';

// A real desktop in memory: an editor and a dialog for a password that are listed, a terminal that is not and lies over
// the editor, under an agreement that three parties signed. Hands work in all three; what is recorded is compared with what they
// did, reviewed, released and exported.

const SECRET = 'hunterquill';
const LETTER = 'adaquill';
const BUILD = 'cd'.repeat(32);

bringDesktop();
const stage = await DesktopStage.start();
const folder = await mkdtemp(join(tmpdir(), 'aboveboard-story-desktop-'));
const say = (line: string) => console.log(line);
const ending: (() => Promise<unknown>)[] = [];
/** By how much the recorder's clock for resting is ahead: nobody waits a day for a story. */
const clock = { ahead: 0 };
let acts = 0;
function hands(...given: string[]): string {
  acts += given.filter((word) => ['click', 'key', 'mousemove'].includes(word)).length;
  return stage.hands(...given);
}
try {
  const apps = ['Editor=/usr/bin/mousepad:Mousepad', 'Dialogs=/usr/bin/zenity:Zenity']
    .map((one) => parseApp(one))
    .filter((app) => app !== null);
  const house = await installationWith(apps);
  const run = await runRecorder({
    folder,
    rules: { desk: deskIn(house) },
    // Nobody there says what the network and the power are.
    environment: { ...stage.environment, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder, 'no-bus')}` },
    now: () => Date.now() + clock.ahead,
  });
  ending.push(() => run.stop());
  const { daemon } = run;
  await daemon.giveCode(house.codes[0] as string);
  await house.signStatements();
  await until('the rules to be proved, and her to take part', async () => {
    const { sentences } = await daemon.rules();
    return daemon.agreement !== null && sentences.some((one) => one.startsWith('You take part'));
  });
  say('takes part under rules that three parties signed');
  stage.run('mousepad');
  const editor = await stage.windowOf('Mousepad');
  hands('windowmove', '--sync', editor, '60', '120', 'windowsize', '--sync', editor, '700', '500');
  stage.run('xterm', '-T', 'forbidden', '-geometry', '60x18+420+260', '-bg', 'red', '-fg', 'yellow');
  const terminal = await stage.windowOf('forbidden');
  await daemon.agree();
  await daemon.start('Write a letter');
  await until('the editor to be recorded', () => daemon.taking.length === 1);
  say(`recording ${daemon.taking.map(({ origin }) => origin).join()}`);

  const focus = async (window: string) => {
    hands('windowactivate', '--sync', window);
    await pause(400);
  };
  await focus(editor);
  // In the editor's text, away from the terminal; each letter by itself, as hands do it.
  hands('mousemove', '160', '300', 'click', '1');
  await pause(700);
  for (const letter of LETTER) {
    hands('key', letter);
    await pause(60);
  }
  // A menu takes the whole keyboard: what was typed in the moment before belongs to nobody (DSK41, DSK43).
  await pause(400);
  hands('mousemove', '80', '152', 'click', '1');
  await pause(900);
  hands('key', 'Escape');
  await pause(500);

  await focus(terminal);
  for (let i = 0; i < 12; i++) hands('mousemove', `${520 + i * 5}`, '400', 'click', '1', 'key', 'z');
  await pause(300);

  stage.run('zenity', '--password', '--title', 'Sesame');
  const dialog = await stage.windowOf('Sesame');
  await until('the dialog to be recorded', () => daemon.taking.length === 2);
  await focus(dialog);
  await pause(700);
  const keysBefore = performance.now();
  for (const letter of SECRET) {
    hands('key', letter);
    await pause(40);
  }
  assert.ok(performance.now() > keysBefore);
  await focus(editor);
  hands('mousemove', '180', '320', 'click', '1');
  await pause(1_500);
  await daemon.stop();

  const [row] = await daemon.recordings();
  const found = await daemon.steps(row?.id ?? '');
  assert.ok(row && found, 'the recording is there');
  assert.equal(row.ended, undefined, 'it ended by her act');
  const events: RecordedEvent[] = [];
  for await (const part of found.recording.events()) events.push(...part);
  const of = (kind: RecordedEvent['kind']) => events.filter((event) => event.kind === kind);
  const typed = events.filter((event) => event.kind === 'keydown' && event.key === 'printable');
  assert.equal(typed.length, LETTER.length, 'letters of the editor are kept as classes, of the others none');
  assert.equal(of('down').length, 3, 'clicks in the editor, and none in the terminal');
  let elsewhere = 0;
  for (const event of events) {
    if (event.kind === 'gap' && event.reason === 'not-allowed') elsewhere += event.until - event.t;
  }
  assert.ok(elsewhere >= 700, 'time in the terminal is a gap');
  say(found.lines.map((line, index) => `  ${index + 1}. ${line}`).join('\n'));

  const states: string[] = [];
  for await (const part of found.recording.states()) states.push(JSON.stringify(part));
  const text = states.join() + JSON.stringify(events);
  // Words of the interface stay.
  for (const word of ['File', 'Edit', 'Search', 'View', 'Help']) assert.ok(text.includes(`"${word}"`), word);
  for (const word of [SECRET, LETTER, 'forbidden', 'root account', 'xterm', 'Sesame']) {
    assert.ok(!text.includes(word), `“${word}” is nowhere in it`);
  }
  const { pictures, foreign } = await readPictures(found.recording);
  assert.ok(pictures > 0, 'pictures were taken');
  assert.equal(foreign, 0, 'no pixel of the terminal is in any picture');
  say(
    `${events.length} events, ${states.length} segments of states, ${pictures} pictures, ${typed.length} letters`,
  );
  assert.ok(acts >= 60, `hands did ${acts} things`);

  // What she leaves out is not in what leaves.
  const prepared = await daemon.prepare(row.id, { without: [0], worked: true, task: null });
  assert.ok(prepared.lines.length < found.lines.length, 'a step was left out');
  await daemon.release(prepared.id);
  await daemon.recall(prepared.id);
  const result = await daemon.steps(prepared.id);
  assert.deepEqual(result?.lines, prepared.lines, 'called back it is what was shown');
  await exported(result.recording);
  const last = await daemon.prepare(prepared.id, { without: [], worked: true, task: null });
  await daemon.release(last.id);
  assert.deepEqual(await house.server.installation.recordings.list(), [], 'it rests');
  clock.ahead = 30 * 3_600_000;
  const waiting = await daemon.waiting();
  assert.deepEqual(waiting, { ids: [last.id], conditions: UNKNOWN }, 'it waits for her word');
  await daemon.uploadNow(asShown(UNKNOWN));
  await until('it to be at the server', async () => (await daemon.recordings())[0]?.state === 'released');
  const there = await house.server.installation.recordings.list();
  assert.deepEqual(
    there.map(({ id }) => id),
    [last.id],
  );
  say(`${acts} acts of hands; released in halves, and at the server`);
  say('story of the desktop: ok');
} finally {
  for (const end of ending.splice(0).reverse()) await end();
  await stage.end();
  await rm(folder, { recursive: true, force: true });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A server, a guardian and three parties who signed that these applications may be recorded. */
async function installationWith(apps: AgreedDesktopApp[]): Promise<ProductionInstallation> {
  const work = await mkdtemp(join(tmpdir(), 'aboveboard-story-house-'));
  ending.push(() => rm(work, { recursive: true, force: true }));
  // As root PostgreSQL runs as another user, who has to get through.
  await chmod(work, 0o711);
  const house = await ProductionInstallation.start(
    work,
    'http://127.0.0.1:4310',
    12,
    async () => (agreement) => {
      agreement.desktopApps = apps;
      agreement.recorders = [{ name: 'aboveboard-desktop', version: '0.1.0', digest: BUILD }];
    },
  );
  ending.push(() => house.stop());
  return house;
}

/** The enrolment without its file: where that has to lie is for an administrator (DSK81). */
function deskIn(house: ProductionInstallation): DaemonOptions['desk'] {
  const enrolment = parseEnrolment(house.enrolment);
  if (!enrolment.ok) throw new Error('no enrolment');
  const means = { random: randomOf, subtle };
  return (on) => FollowedDesk.open({ enrolment: enrolment.value, build: BUILD, ...on, now: Date.now, means });
}

/** As AgentNet's training lines. */
async function exported(recording: ExportRecording): Promise<void> {
  const sink = new MemoryExportSink();
  await exportTrajectory(recording, sink, new ExportAccount(), { frames: null });
  const lines = sink.text('trajectories.jsonl').trim().split('\n');
  const [trajectory] = lines.map((line) => JSON.parse(line) as { traj: { value: { code: string } }[] });
  assert.equal(lines.length, 1);
  assert.ok((trajectory?.traj.length ?? 0) > 0, 'there are actions in the export');
  for (const word of [SECRET, LETTER, 'Sesame'])
    assert.ok(!lines.join().includes(word), `“${word}” is not exported`);
  say(`${trajectory?.traj.length} actions in an AgentNet trajectory`);
}

/** How many pixels are as red as the terminal alone is. */
async function readPictures(recording: { frames(): AsyncIterable<{ bytes: Uint8Array }[]> }) {
  const { default: sharp } = await import('sharp');
  let pictures = 0;
  let foreign = 0;
  for await (const part of recording.frames()) {
    for (const { bytes } of part) {
      pictures += 1;
      const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      for (let at = 0; at < data.length; at += info.channels) {
        if ((data[at] as number) > 200 && (data[at + 1] as number) < 40 && (data[at + 2] as number) < 40)
          foreign += 1;
      }
    }
  }
  return { pictures, foreign };
}
