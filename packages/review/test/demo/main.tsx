import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { createRoot } from 'react-dom/client';
import '../../src/tokens.css';
import '../../src/review.css';
import './demo.css';
import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { Replayer } from '@rrweb/replay';
import { applyEdits } from '../../src/apply-edits.ts';
import { inertCss } from '../../src/inert-css.ts';
import { InertState } from '../../src/inert-state.ts';
import { measureLeaving } from '../../src/leaving.ts';
import { Player } from '../../src/player.ts';
import { windowClock } from '../../src/player-clock.ts';
import { ReplayView } from '../../src/replay-view.tsx';
import { ReviewDesk } from '../../src/review-desk.tsx';
import { Stage } from '../../src/stage.ts';
import type { ApplyAndMeasure } from '../../src/use-measure.ts';
import { shownTree } from '../shown-tree.ts';
import { ONE_HOUR, SHORT, synthetic } from '../synthetic-recording.ts';
import { codec, RESULT, type Written, written } from '../write-recording.ts';

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
  bench: () => Promise<typeof import('./measure-replay.ts')>;
  randomSheets: typeof randomSheets;
  apply: (stage: Stage, items: StateItem[]) => Promise<void>;
};

declare global {
  var result: OpenedRecording | undefined;
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
  bench: () => import('./measure-replay.ts'),
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
/** The desk as a host shows it. What a host does on release is written where a test can read it. */
async function showDesk(parameters: URLSearchParams): Promise<void> {
  const minutes = Number(parameters.get('minutes') ?? SHORT.minutes);
  const { recording, actions } = await written(synthetic({ ...SHORT, minutes }));
  const apply: ApplyAndMeasure = async (edits, hitTest) => {
    if (parameters.has('held')) await new Promise((resolve) => addEventListener('measure', resolve));
    const target = codec(RESULT);
    const words = (text: string) => text.replace(/\d/g, 'x');
    await applyEdits({ recording, edits, actions, target, hitTest, words });
    const result = await openRecording(target);
    globalThis.result = result;
    return measureLeaving(result, target.store, actions.length);
  };
  const done = (what: string) => () => {
    document.documentElement.dataset['done'] = what;
  };
  const shared = { recording, actions, clock: windowClock(window), deflate: webDeflate };
  const rules: Record<string, string> = {
    'text.not-shipped': 'Text that the application did not bring itself',
    'value.closed': 'What stood in a field',
    'review.element': 'An element that you masked',
    'review.rectangle': 'A rectangle that you masked',
  };
  createRoot(root).render(
    parameters.has('view') ? (
      <main>
        <ReplayView {...shared} />
      </main>
    ) : (
      <main>
        <h1>Review</h1>
        <ReviewDesk
          {...shared}
          apply={apply}
          onDiscard={done('discarded')}
          onKeep={done('kept')}
          onRelease={done('released')}
          restingTime="seven days"
          ruleWords={(rule) => rules[rule] ?? rule}
        />
      </main>
    ),
  );
}

const parameters = new URLSearchParams(location.search);
if (!parameters.has('bare')) await showDesk(parameters);
document.documentElement.dataset['ready'] = 'yes';
