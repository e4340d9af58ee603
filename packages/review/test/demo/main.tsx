import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { Replayer } from '@rrweb/replay';
import { inertCss } from '../../src/inert-css.ts';
import { InertState } from '../../src/inert-state.ts';
import { Player } from '../../src/player.ts';
import { windowClock } from '../../src/player-clock.ts';
import { Stage } from '../../src/stage.ts';
import { shownTree } from '../shown-tree.ts';
import { ONE_HOUR, SHORT, synthetic } from '../synthetic-recording.ts';
import { type Written, written } from '../write-recording.ts';

/** What the browser tests drive by `page.evaluate`; the page itself shows the desk unless `?bare`. */
export type Demo = {
  written: typeof written;
  synthetic: typeof synthetic;
  SHORT: typeof SHORT;
  ONE_HOUR: typeof ONE_HOUR;
  play: (recording: Written['recording']) => Player;
  shownTree: typeof shownTree;
  stage: () => Stage;
  replayHostile: typeof replayHostile;
  randomSheets: typeof randomSheets;
  apply: (stage: Stage, items: StateItem[]) => Promise<void>;
};

declare global {
  var demo: Demo;
}

const root = document.querySelector('#root') as HTMLElement;

/**
 * Replays a page by the stage (`stage`), by the stage with its filter switched off (`unfiltered`), by rrweb
 * without the stage's policy (`filtered`), or by rrweb alone as it comes (`open`): each wall by itself, and
 * none.
 */
type Mode = 'stage' | 'unfiltered' | 'filtered' | 'open';

async function replayHostile(items: StateItem[], mode: Mode): Promise<void> {
  if (mode === 'open' || mode === 'filtered') {
    const inert = new InertState();
    const replayer = new Replayer([], { root, liveMode: true, useVirtualDom: false });
    replayer.startLive(Number.MAX_SAFE_INTEGER);
    items.forEach((item, i) => {
      const event = mode === 'open' ? item.event : inert.change(item.event);
      replayer.addEvent({ ...event, timestamp: i + 1, delay: 0 } as Parameters<Replayer['addEvent']>[0]);
    });
    return;
  }
  if (mode === 'unfiltered') InertState.prototype.change = (change) => structuredClone(change);
  const stage = new Stage(root, 'Replay');
  await stage.apply(items);
}

/** Some thousand sheets made of what loads and what confuses; every address is another one. */
async function randomSheets(address: string, inert: boolean): Promise<void> {
  let seed = 11;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 4294967296) * below);
  };
  const pieces = [
    ...[
      'url(',
      'URL("',
      "url( '",
      'image-set("',
      "-webkit-image-set(url('",
      '\\75rl(',
      'u\\72 l("',
      'cross-fade(',
    ],
    ...[
      '"',
      "'",
      ')',
      '")',
      "')",
      ';',
      '}',
      '{',
      '/*',
      '*/',
      '\\',
      '\n',
      '\f',
      ' ',
      ',',
      '1x',
      'red',
      'var(--a)',
      '(',
      '\\0',
    ],
    ...[
      '@import "',
      '@import url(',
      '@\\69mport "',
      '} .x { background: ',
      '; --a: ',
      '.x{background:',
      ':hover',
      '#',
    ],
  ];
  for (let round = 0; round < 3000; round += 1) {
    let css = next(3) === 0 ? '' : '.x { background: ';
    for (let i = 0; i < 3 + next(8); i += 1) {
      css += next(3) === 0 ? `${address}/${round}-${i}` : pieces[next(pieces.length)];
    }
    const box = document.createElement('div');
    const style = document.createElement('style');
    style.textContent = inert ? inertCss(css) : css;
    const shown = document.createElement('div');
    shown.className = 'x';
    shown.textContent = 'x';
    box.append(style, shown);
    document.body.append(box);
    void shown.offsetHeight;
    if (round % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    box.remove();
  }
}

globalThis.demo = {
  randomSheets,
  replayHostile,
  shownTree,
  written,
  synthetic,
  SHORT,
  ONE_HOUR,
  play(recording) {
    const mount = document.createElement('div');
    mount.style.position = 'relative';
    root.append(mount);
    return new Player({ recording, mount, clock: windowClock(window), deflate: webDeflate, title: 'Replay' });
  },
  stage: () => new Stage(root, 'Replay'),
  apply: (stage, items) => stage.apply(items),
};
document.documentElement.dataset['ready'] = 'yes';
