import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCalls } from '../src/export/python-call.ts';
import { ducktrack } from '../src/import/ducktrack.ts';
import { checkSource } from '../src/import/foreign-recording.ts';
import { IdentityFilter } from '../src/import/identity-filter.ts';
import { ImportAccount, type Importer, type ImportSource } from '../src/import/import-account.ts';
import { rrweb } from '../src/import/rrweb.ts';
import { textSource } from './source-files.ts';

const CASES = 100_000;
const METADATA = JSON.stringify({ system: 'Linux', screen_width: 800, screen_height: 600 });

/** A good line with bytes of it changed, cut or doubled: near misses get further in than noise does. */
function damaged(good: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(4000), fc.nat(2), fc.nat(0x7f)), { maxLength: 4 }),
    )
    .map(([line, changes]) => {
      let text = line;
      for (const [at, how, code] of changes) {
        const i = at % (text.length + 1);
        if (how === 0) text = text.slice(0, i) + String.fromCharCode(code) + text.slice(i + 1);
        else if (how === 1) text = text.slice(0, i) + text.slice(i + 1);
        else text = text.slice(0, i) + text.slice(i).repeat(2);
      }
      return text;
    });
}

/** Ends with faults or without; never with another error. */
async function ends(importer: Importer, source: ImportSource): Promise<void> {
  try {
    await checkSource(importer, source);
  } catch (error) {
    expect((error as Error).name).toBe('RecordingError');
  }
}

const DESKTOP = [
  '{"time_stamp": 5.1, "action": "move", "x": 1, "y": 2}',
  '{"time_stamp": 5.2, "action": "click", "x": 1, "y": 2, "button": "left", "pressed": true}',
  '{"time_stamp": 5.3, "action": "scroll", "x": 1, "y": 2, "dx": 0, "dy": -1}',
  '{"time_stamp": 5.4, "action": "press", "name": "ctrl_l"}',
  '{"time_stamp": 5.5, "action": "release", "name": "a"}',
];
const PAGE = [
  '{"type":4,"timestamp":1,"data":{"href":"https://a.example/x","width":800,"height":600}}',
  '{"type":2,"timestamp":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"html","attributes":{"class":"a"},"childNodes":[{"type":3,"id":3,"textContent":"t"}]}]},"initialOffset":{"top":0,"left":0}}}',
  '{"type":3,"timestamp":3,"data":{"source":0,"texts":[{"id":3,"value":"u"}],"attributes":[{"id":2,"attributes":{"class":null}}],"removes":[{"parentId":2,"id":3}],"adds":[{"parentId":2,"nextId":null,"node":{"type":3,"id":4,"textContent":"v"}}]}}',
  '{"type":3,"timestamp":4,"data":{"source":1,"positions":[{"x":1,"y":2,"id":2,"timeOffset":-5}]}}',
  '{"type":3,"timestamp":5,"data":{"source":2,"type":1,"id":2,"x":1,"y":2}}',
  '{"type":3,"timestamp":6,"data":{"source":5,"id":2,"text":"abc","isChecked":false}}',
];

describe('fuzz', () => {
  it('[IMP3] desktop lines', async () => {
    const lines = fc.array(damaged(DESKTOP), { maxLength: 6 }).map((some) => some.join('\n'));
    await fc.assert(
      fc.asyncProperty(lines, (text) =>
        ends(ducktrack, textSource({ 'metadata.json': METADATA, 'events.jsonl': text })),
      ),
      { numRuns: CASES },
    );
  });

  it('[IMP3] pages', async () => {
    const items = fc.array(damaged(PAGE), { maxLength: 6 }).map((some) => `[${some.join(',')}]`);
    await fc.assert(
      fc.asyncProperty(items, (text) => ends(rrweb, textSource({ 'events.json': text }))),
      { numRuns: CASES },
    );
  });

  it('[EXP5] scripts of calls', () => {
    const scripts = damaged([
      "pyautogui.moveTo(x=0.5, y=0.1)\npyautogui.dragTo(x=0.5, y=1e-3, button='left')",
      "a('\\u0041', [\"b\", 'c'], d=-1)",
    ]);
    fc.assert(
      fc.property(scripts, (text) => {
        readCalls(text);
      }),
      { numRuns: CASES },
    );
  });

  it('[IMP11] identity in long and hostile text costs time in proportion', () => {
    const filter = new IdentityFilter();
    filter.add('host-of-a');
    for (const piece of ['a@', '@a.', 'a.a@a.', '/home/', 'C:\\Users\\', '\\\\a', '/Users/a/Users/']) {
      const before = performance.now();
      filter.clear(piece.repeat(20_000));
      expect(performance.now() - before).toBeLessThan(2000);
    }
    expect(new ImportAccount().faults).toEqual([]);
  });
});
