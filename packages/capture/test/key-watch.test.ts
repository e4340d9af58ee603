import { eventFaults } from '@aboveboard/protocol/event-check';
import { describe, expect, test } from 'vitest';
import { classOf } from '../src/key-watch.ts';

type Press = Partial<
  Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey' | 'isComposing' | 'altGraph', boolean>
>;
const press = (key: string, with_: Press = {}, types = true) =>
  classOf(
    {
      key,
      code: '',
      ctrlKey: false,
      altKey: false,
      shiftKey: false,
      metaKey: false,
      isComposing: false,
      ...with_,
      getModifierState: (name) => name === 'AltGraph' && with_.altGraph === true,
    },
    types,
  );

describe('[AGT60] classes of keys', () => {
  const cases: readonly (readonly [string, Press, ReturnType<typeof classOf>])[] = [
    ['a', {}, { key: 'printable' }],
    ['\u00e9', {}, { key: 'printable' }],
    ['\u{1f600}', {}, { key: 'printable' }],
    ['@', { altGraph: true, ctrlKey: true, altKey: true }, { key: 'printable' }],
    ['\u20ac', { ctrlKey: true, altKey: true }, { key: 'printable' }],
    ['\u00df', { altKey: true }, { key: 'printable' }],
    ['Dead', {}, { key: 'printable' }],
    ['Process', {}, { key: 'printable' }],
    ['k', { isComposing: true }, { key: 'printable' }],
    ['A', { shiftKey: true }, { key: 'printable' }],
    [' ', {}, { key: 'space' }],
    ['Backspace', {}, { key: 'delete', name: 'Backspace' }],
    ['Enter', {}, { key: 'navigation', name: 'Enter' }],
    ['MediaPlayPause', {}, { key: 'navigation' }],
    ['Shift', { shiftKey: true }, { key: 'modifier', name: 'Shift' }],
    ['AltGraph', { altGraph: true }, { key: 'modifier', name: 'AltGraph' }],
    ['S', { ctrlKey: true, shiftKey: true }, { key: 'shortcut', name: 'ctrl+shift+s' }],
    ['f', { altKey: true }, { key: 'shortcut', name: 'alt+f' }],
    ['c', { metaKey: true }, { key: 'shortcut', name: 'meta+c' }],
    ['ArrowLeft', { ctrlKey: true }, { key: 'shortcut', name: 'ctrl+ArrowLeft' }],
    ['Enter', { ctrlKey: true }, { key: 'shortcut', name: 'ctrl+Enter' }],
    [' ', { ctrlKey: true }, { key: 'shortcut', name: 'ctrl+Space' }],
    ['\u00f1', { ctrlKey: true }, { key: 'shortcut' }],
  ];
  for (const [key, with_, expected] of cases) {
    test(`${JSON.stringify(key)} ${Object.keys(with_).join('+')}`, () => {
      expect(press(key, with_)).toEqual(expected);
    });
    test(`[REC26] ${JSON.stringify(key)} ${Object.keys(with_).join('+')}: a recording takes it`, () => {
      expect(eventFaults({ kind: 'keydown', t: 0, ...press(key, with_) }, 'key')).toEqual([]);
    });
  }

  test('[AGT60] a space that types nothing is a key that presses what has the focus', () => {
    expect(press(' ', {}, false)).toEqual({ key: 'navigation', name: 'Space' });
    expect(press('a', {}, false)).toEqual({ key: 'printable' });
  });
});
