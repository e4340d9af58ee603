import type { ClosedText, OpenText, SelectEvent } from '@aboveboard/protocol/event';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import { scriptOf } from '@aboveboard/redact/filler';
import type { AgentRun } from './agent-run.ts';
import type { ElementContexts } from './element-context.ts';
import { isClosed } from './key-watch.ts';

/**
 * What was chosen in a native list that takes one (AGT73). Null: it takes several, whose options are pressed
 * themselves; or nothing is said of it. The option's text is masked as it is where the option stands.
 */
export function choiceIn(
  run: AgentRun,
  contexts: ElementContexts,
  list: HTMLSelectElement,
): Omit<SelectEvent, 't'> | null {
  const { access, masker, mirror } = run;
  if (access.multiple(list) || !run.settings.signals.text || isClosed(contexts, list)) return null;
  const chosen = access.options(list)[access.selectedIndex(list)];
  if (!chosen || isClosed(contexts, chosen)) return null;
  const label = access.optionLabel(chosen);
  const masked = masker.text(label, { ...contexts.of(chosen), place: 'option' });
  run.count(masked.rule);
  const node = mirror.nearest(list);
  return {
    kind: 'select',
    value: textValue(label, masked),
    ...(node === undefined ? {} : { node }),
    ...(mirror.has(chosen) ? { option: mirror.id(chosen) } : {}),
  };
}

/** Open where the masker left it; else no more than the bound of its length and its script. */
export function textValue(
  text: string,
  masked: { value: string; rule: string | undefined },
): OpenText | ClosedText {
  if (masked.rule === undefined) return { open: true, text: masked.value.toWellFormed() };
  return { open: false, length: textBucket(text.length), script: script(text) };
}

function script(text: string): ClosedText['script'] {
  const found = scriptOf(text);
  return found === 'latin' || found === 'digits' ? found : 'other';
}
