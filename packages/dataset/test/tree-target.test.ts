import { RRWEB_FULL_SNAPSHOT, type SerializedNode } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import { stepWords } from '../src/messages/en.ts';
import { targetOf } from '../src/tree-target.ts';

const text = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
const element = (
  id: number,
  tagName: string,
  attributes: Record<string, string>,
  ...childNodes: SerializedNode[]
): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });

function tree(...body: SerializedNode[]): StateTree {
  const made = new StateTree();
  const node: SerializedNode = {
    type: 0,
    id: 1,
    childNodes: [element(2, 'html', {}, element(3, 'body', {}, ...body))],
  };
  made.apply({ type: RRWEB_FULL_SNAPSHOT, data: { node, initialOffset: { top: 0, left: 0 } } });
  return made;
}

describe('target of an action', () => {
  it('is the control around the pressed node, with its accessible name and its place', () => {
    const page = tree(
      element(10, 'form', {}, element(11, 'button', {}, text(12, 'Cancel'))),
      element(20, 'form', {}, element(21, 'button', {}, element(22, 'span', {}, text(23, ' Save \n all ')))),
    );
    expect(targetOf(page, 22)).toEqual({
      id: 21,
      role: 'button',
      name: 'Save all',
      selector: 'html > body > form[2] > button',
    });
    expect(targetOf(page, 23)?.id).toBe(21);
    expect(targetOf(page, 99)).toBeNull();
  });

  it('[ACT29] of a drag is what is dragged, not the control inside of it that was pressed', () => {
    const card = element(
      10,
      'div',
      { draggable: 'true' },
      element(11, 'h3', {}, text(12, 'Fix the roof')),
      element(13, 'button', {}, text(14, 'Open')),
      element(15, 'input', { type: 'range' }),
      element(16, 'img', { draggable: 'false', alt: 'photo' }),
      element(17, 'img', { alt: 'plan' }),
    );
    const page = tree(element(5, 'section', {}, card, element(20, 'button', {}, text(21, 'Grip'))));
    const dragged = (id: number) => targetOf(page, id, { dragged: true });
    for (const id of [10, 12, 14, 16]) expect(dragged(id)).toMatchObject({ id: 10, draggable: true });
    expect(dragged(17)).toMatchObject({ id: 17, name: 'plan', draggable: true });
    // A slider's thumb moves, not the card around it; and a press on the card's button presses the button.
    expect(dragged(15)).toMatchObject({ id: 15, role: 'slider' });
    expect(targetOf(page, 14)).toMatchObject({ id: 13, name: 'Open' });
    expect(dragged(21)).toEqual(targetOf(page, 21));
    expect(stepWords({ kind: 'drag' } as Action, dragged(14))).toBe('Drag the item “Fix the roof Open”');
  });

  it('says what fields are called, never what they hold', () => {
    const page = tree(
      element(10, 'input', { type: 'checkbox', 'aria-label': 'Remember' }),
      element(11, 'textarea', { placeholder: 'Reason' }, text(12, 'typed')),
      element(13, 'select', { title: 'Country' }, element(14, 'option', {}, text(15, 'AT'))),
      element(16, 'div', { role: 'tab' }, text(17, 'Files')),
      element(18, 'div', {}, text(19, 'plain')),
      element(30, 'input', { type: 'constructor' }),
    );
    const said = [10, 11, 13, 16, 18, 30].map((id) => {
      const target = targetOf(page, id);
      return `${target?.role} ${target?.name}`;
    });
    expect(said).toEqual([
      'checkbox Remember',
      'textbox Reason',
      'combobox Country',
      'tab Files',
      'generic plain',
      'textbox ',
    ]);
  });
});
