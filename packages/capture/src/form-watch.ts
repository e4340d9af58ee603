import { SOURCE_INPUT } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import type { ElementContexts } from './element-context.ts';
import { isClosed } from './key-watch.ts';
import { choiceIn, textValue } from './list-choice.ts';
import { typedElement } from './typed-element.ts';

/**
 * Fields (AGT70-AGT75): their state whenever it changes, by hand or by script, what was typed when a field is
 * left, changed or submitted, and what was chosen in a list.
 */
export type FormWatch = {
  /** A field was written to the state. */
  written(node: Node): void;
  touched(element: Element): void;
  /** Looks for what scripts set; in the isolated world there is no event for that. */
  poll(): void;
  /** Says what was typed in this field since it was last said. */
  commit(element: Element): void;
};

const EDITED_LIMIT = 20_000;

export function createFormWatch(run: AgentRun, contexts: ElementContexts): FormWatch {
  const { access, mirror, masker } = run;
  const fields = new Set<Element>();
  const shown = new WeakMap<Element, string>();
  const said = new WeakMap<Element, string>();

  const isField = (node: unknown): node is Element =>
    access.isInput(node) || access.isField(node) || access.isSelect(node);

  /** All of a field's state as one string, to compare. */
  function stateOf(field: Element): string {
    if (!access.isSelect(field)) {
      const checked = access.isInput(field) && access.checked(field);
      return `${checked ? 1 : 0}${access.value(field)}`;
    }
    if (!access.multiple(field)) return String(access.selectedIndex(field));
    return optionsOf(field)
      .map((option) => (access.selected(option) ? 1 : 0))
      .join('');
  }

  function optionsOf(field: Element): Element[] {
    const options = access.options(field);
    return Array.from({ length: Math.min(options.length, 2_000) }, (_, i) => options[i] as Element);
  }

  function check(field: Element): void {
    const state = stateOf(field);
    if (shown.get(field) === state || !mirror.has(field)) return;
    shown.set(field, state);
    if (access.isSelect(field)) select(field);
    else {
      const masked = masker.value(access.value(field), contexts.of(field));
      run.count(masked.rule);
      input(field, masked.value, access.isInput(field) && access.checked(field));
    }
  }

  function select(field: Element): void {
    const options = optionsOf(field);
    if (!access.multiple(field)) {
      const chosen = options[access.selectedIndex(field as HTMLSelectElement)];
      input(field, chosen ? `o${mirror.id(chosen)}` : '', false);
      return;
    }
    const attributes = options
      .filter((option) => mirror.has(option))
      .map((option) => ({
        id: mirror.id(option),
        attributes: { selected: access.selected(option) ? '' : null },
      }));
    const data = { source: 0 as const, texts: [], attributes, removes: [], adds: [] };
    run.put({ at: run.now(), item: 'state', change: { type: 3, data } });
  }

  function input(field: Element, text: string, isChecked: boolean): void {
    const data = { source: SOURCE_INPUT, id: mirror.id(field), text, isChecked } as const;
    run.put({ at: run.now(), item: 'state', change: { type: 3, data } });
  }

  const typedText = (element: Element): string =>
    isField(element) ? access.value(element) : (access.textContent(element) ?? '').slice(0, EDITED_LIMIT);

  function commit(element: Element): void {
    const typed = typedElement(run, contexts, element);
    if (!typed || !run.settings.signals.text || isClosed(contexts, typed)) return;
    const text = typedText(typed);
    if (said.get(typed) === text) return;
    const first = !said.has(typed);
    said.set(typed, text);
    if (first && text === '') return;
    const masked = masker.value(text, { ...contexts.of(typed), inputType: inputType(typed) });
    run.count(masked.rule);
    const node = mirror.nearest(typed);
    const event = {
      kind: 'text',
      value: textValue(text, masked),
      ...(node === undefined ? {} : { node }),
    } as const;
    run.put({ at: run.now(), item: 'event', event });
  }

  function choose(list: HTMLSelectElement): void {
    const event = choiceIn(run, contexts, list);
    if (event) run.put({ at: run.now(), item: 'event', event });
  }

  const inputType = (element: Element) => (access.isInput(element) ? contexts.of(element).inputType : '');

  const from = (event: Event): Element | null => {
    const target = event.composedPath()[0];
    return access.isElement(target) ? target : null;
  };
  const onChange = (event: Event) => {
    const target = from(event);
    if (!target) return;
    if (isField(target)) check(target);
    // A radio button that is chosen unchooses another.
    if (access.isInput(target) && access.inputType(target) === 'radio') poll();
    if (event.type === 'change' && access.isSelect(target)) choose(target);
    else if (event.type !== 'input') commit(target);
  };
  const onFocus = (event: Event) => {
    const target = from(event);
    const typed = target && typedElement(run, contexts, target);
    if (typed && !said.has(typed) && !isClosed(contexts, typed)) said.set(typed, typedText(typed));
  };
  run.listen('input', onChange);
  run.listen('change', onChange);
  run.listen('focusout', onChange);
  run.listen('focusin', onFocus);
  run.listen('reset', () => run.later(0, poll));

  function poll(): void {
    for (const field of fields) {
      if (access.connected(field)) check(field);
      else fields.delete(field);
    }
  }

  return {
    written(node) {
      if (!isField(node)) return;
      fields.add(node);
      // A select's state is in its options, which are written after it.
      shown.set(node, stateOf(node));
    },
    touched(element) {
      if (isField(element)) check(element);
    },
    poll,
    commit,
  };
}
