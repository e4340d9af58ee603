import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRecorder } from '@aboveboard/desktop/recorder-run';
import { parseApp } from '@aboveboard/desktop/rules/demonstration-desk';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { bringDesktop, DesktopStage, until } from './desktop/desktop-stage.ts';

// A real desktop in memory: an editor and a dialog for a password that are listed, a terminal that is not and lies over
// the editor. Hands work in all three; what is recorded is compared with what they did.

const SECRET = 'hunterquill';
const LETTER = 'adaquill';

bringDesktop();
const stage = await DesktopStage.start();
const folder = await mkdtemp(join(tmpdir(), 'aboveboard-story-desktop-'));
const say = (line: string) => console.log(line);
try {
  const apps = ['Editor=/usr/bin/mousepad:Mousepad', 'Dialogs=/usr/bin/zenity:Zenity'].map((one) =>
    parseApp(one),
  );
  const run = await runRecorder({
    folder,
    rules: { apps: apps.filter((app) => app !== null) },
    environment: stage.environment,
  });
  const { daemon } = run;
  stage.run('mousepad');
  const editor = await stage.windowOf('Mousepad');
  stage.hands('windowmove', '--sync', editor, '60', '120', 'windowsize', '--sync', editor, '700', '500');
  stage.run('xterm', '-T', 'forbidden', '-geometry', '60x18+420+260', '-bg', 'red', '-fg', 'yellow');
  const terminal = await stage.windowOf('forbidden');
  await daemon.agree();
  await daemon.start('Write a letter');
  await until('the editor to be recorded', () => daemon.taking.length === 1);
  say(`recording ${daemon.taking.map(({ origin }) => origin).join()}`);

  const focus = async (window: string) => {
    stage.hands('windowactivate', '--sync', window);
    await pause(400);
  };
  await focus(editor);
  // In the editor's text, away from the terminal; each letter by itself, as hands do it.
  stage.hands('mousemove', '160', '300', 'click', '1');
  await pause(700);
  for (const letter of LETTER) {
    stage.hands('key', letter);
    await pause(60);
  }
  // A menu takes the whole keyboard: what was typed in the moment before belongs to nobody (DSK41, DSK43).
  await pause(400);
  stage.hands('mousemove', '80', '152', 'click', '1');
  await pause(900);
  stage.hands('key', 'Escape');
  await pause(500);

  await focus(terminal);
  for (let i = 0; i < 12; i++) stage.hands('mousemove', `${520 + i * 5}`, '400', 'click', '1', 'key', 'z');
  await pause(300);

  stage.run('zenity', '--password', '--title', 'Sesame');
  const dialog = await stage.windowOf('Sesame');
  await until('the dialog to be recorded', () => daemon.taking.length === 2);
  await focus(dialog);
  await pause(700);
  const keysBefore = performance.now();
  for (const letter of SECRET) {
    stage.hands('key', letter);
    await pause(40);
  }
  assert.ok(performance.now() > keysBefore);
  await focus(editor);
  stage.hands('mousemove', '180', '320', 'click', '1');
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
  await run.stop();
  say('story of the desktop: ok');
} finally {
  await stage.end();
  await rm(folder, { recursive: true, force: true });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
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
