import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { steadyNow } from '../src/live-recording.ts';
import { MemorySource } from '../src/memory-source.ts';
import { type DaemonOptions, RecorderDaemon, subtle } from '../src/recorder-daemon.ts';
import type { AskConditions } from '../src/release/upload-conditions.ts';
import { demonstrationDesk, parseApp } from '../src/rules/demonstration-desk.ts';
import { LISTED, node, PLACE } from './desktop-desk.ts';

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'aboveboard-desktop-'));
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

/** A recorder whose display and indicator are in memory. */
export async function memoryDaemon(
  folder: string,
  desk: DaemonOptions['desk'] = sheetDesk,
  conditions: AskConditions = async () => ({ network: 'unmetered', power: 'mains' }),
) {
  const shown: string[] = [];
  const clock = { ahead: 0 };
  let gone: () => void = () => undefined;
  const sources: MemorySource[] = [];
  const daemon = await RecorderDaemon.start({
    folder,
    desk,
    now: () => Date.now() + clock.ahead,
    conditions,
    source: async () => {
      const source = new MemorySource(steadyNow);
      const button = node('button', 'Save', { box: { x: 10, y: 10, width: 60, height: 20 } });
      source.addWindow(LISTED, PLACE, { tree: node('application', '', { children: [button] }) });
      sources.push(source);
      return source;
    },
    indicator: async (on) => {
      gone = on.gone;
      shown.push('there');
      return { show: (state) => shown.push(state), close: () => shown.push('closed') };
    },
  });
  const source = () => sources.at(-1) as MemorySource;
  const click = () => {
    source().movePointer(120, 115);
    source().press(0);
    source().release(0);
  };
  return { daemon, clock, source, click, shown, goneIndicator: () => gone() };
}

export const SHEET = parseApp(`Sheet=${LISTED.executable}:${LISTED.windowClass}`) as AgreedDesktopApp;

export function sheetDesk() {
  return demonstrationDesk([SHEET], { now: Date.now, subtle });
}
