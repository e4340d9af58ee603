import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Raster, SOLID } from '../src/frame/raster.ts';
import { type RecognisedWord, readBoxes } from '../src/frame/recognised-words.ts';
import { doubled, recogniseRaster } from '../src/frame/recognition.ts';

/** Words of a line from x = 10, ten pixels a character, the space as well. */
function line(text: string, y = 10, confidence = 96): RecognisedWord[] {
  let x = 10;
  return text.split(' ').map((word) => {
    const box = { x, y, width: word.length * 10, height: 16 };
    x += (word.length + 1) * 10;
    return { text: word, box, confidence };
  });
}
const at = (word: RecognisedWord, more: Partial<RecognisedWord['box']>): RecognisedWord => ({
  ...word,
  box: { ...word.box, ...more },
});
const first = (words: RecognisedWord[]) => words[0] as RecognisedWord;
const file = first(line('File'));

describe('recognised words', () => {
  it('[MASK45] a label that every application bears opens, word by word and no more', () => {
    const words = line('Save as');
    expect(readBoxes(words)).toEqual(words.map(({ box }) => box));
    expect(readBoxes(line('Invoice run'))).toEqual([]);
    expect(readBoxes(line('Invoice run'), { shipped: new Set(['Invoice run']) })).toHaveLength(2);
  });

  it.each([
    ['a label with one word that nobody knows', line('Mark Page')],
    ['less confidence than 90', line('File', 10, 89.9)],
    ['a confidence that is no number', line('File', 10, Number.NaN)],
    ['a box far wider than its word', [at(file, { width: 400 })]],
    ['a box far narrower than its word', [at(file, { width: 6 })]],
    ['a box higher than text', [at(file, { height: 200, width: 700 })]],
    ['a word in the place of another', [file, at({ ...file, text: 'Quill' }, { x: 20 })]],
    ['a word that one of the next line reaches into', [file, at({ ...file, text: 'Quill' }, { y: 22 })]],
    ['one place read as two things', [file, { ...file, text: 'Quill' }]],
    ['more words than a screen holds', Array.from({ length: 20_001 }, () => file)],
    ['an unsure word in the same label', [...line('Save'), at(first(line('as', 10, 40)), { x: 60 })]],
  ])('[MASK45] stays closed: %s', (_, words) => {
    expect(readBoxes(words)).toEqual([]);
  });

  it('[MASK45] what a detector finds closes the labels that it touches, in its line and over the end of lines', () => {
    const known = () => true;
    expect(readBoxes(line('q.quill@mail.example'), { known })).toEqual([]);
    expect(readBoxes(line('Hello world'), { known })).toHaveLength(2);
    const split = [...line('q.quill@'), ...line('mail.example', 40)];
    expect(readBoxes(split, { known })).toEqual([]);
    const beside = [...line('q.quill@mail.example'), at(file, { x: 900 })];
    expect(readBoxes(beside, { known })).toEqual([{ ...file.box, x: 900 }]);
  });

  it('[MASK45] seeded hole: words that are asked one by one would open half of a name', () => {
    const [, page] = line('Mark Page') as [RecognisedWord, RecognisedWord];
    expect(readBoxes([page])).toEqual([page.box]);
    expect(readBoxes(line('Mark Page'))).toEqual([]);
  });

  it('[MASK45] whatever an engine answers, no pixel outside of a box that it gave is opened', () => {
    const box = fc.record({
      x: fc.integer({ min: -50, max: 300 }),
      y: fc.integer({ min: -50, max: 90 }),
      width: fc.integer({ min: -5, max: 120 }),
      height: fc.integer({ min: -5, max: 70 }),
    });
    const word = fc.record({
      text: fc.constantFrom('File', 'Edit', 'Quill', 'as', '', '4111'),
      box,
      confidence: fc.constantFrom(95, 91, 20, Number.NaN),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: word }, fc.anything())), (words) => {
        const given = words.map((w) => JSON.stringify((w as RecognisedWord | null)?.box));
        for (const open of readBoxes(words)) expect(given).toContain(JSON.stringify(open));
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.anything(), (words) => void readBoxes(words)));
  });
});

describe('recognition', () => {
  const raster = (height: number): Raster => {
    const data = new Uint8Array(40 * height * 4);
    new Uint32Array(data.buffer).fill(SOLID);
    return { width: 40, height, data };
  };
  const word = (y: number): RecognisedWord => ({
    text: 'File',
    confidence: 96,
    box: { x: 10, y, width: 40, height: 24 },
  });

  it('[MASK44] reads crops at twice their size and gives places in the picture', async () => {
    const { words, crops, failed } = await recogniseRaster(raster(300), async (picture) => {
      expect(picture.width).toBe(80);
      return [word(100)];
    });
    expect([crops, failed]).toEqual([2, 0]);
    expect(words.map(({ box }) => box)).toEqual([
      { x: 5, y: 50, width: 20, height: 12 },
      { x: 5, y: 226, width: 20, height: 12 },
    ]);
  });

  it('[MASK44] drops what touches a cut or lies outside of its crop', async () => {
    const { words } = await recogniseRaster(raster(300), async ({ height }) =>
      height === 512 ? [word(490), word(900), word(-10)] : [word(2)],
    );
    expect(words).toEqual([]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['answers no list', async () => 'File'],
    ['answers nothing', async () => undefined],
    ['answers words without boxes', async () => [{ text: 'File', confidence: 99 }, null, 7]],
  ])('[MASK44] an engine that %s leaves its crops solid', async (_, recognise) => {
    const { words, crops, failed } = await recogniseRaster(raster(300), recognise);
    expect([words, failed]).toEqual([[], crops]);
  });

  it('doubles every pixel', () => {
    const two = doubled({ width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) });
    expect([...two.data]).toEqual(
      [...Array(2)].flatMap(() => [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8]),
    );
  });
});
