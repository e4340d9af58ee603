import { cardLiterals } from '@aboveboard/protocol/card-literals';
import type { ClosedText, OpenText, RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import { isStand, mayBeFiller } from '@aboveboard/redact/filler-form';
import { isInterfaceWords } from '@aboveboard/redact/interface-words';
import { createOpenings, foldSpace } from '@aboveboard/redact/openings';
import { createSurrogates, type Surrogates, type SurrogateType } from '@aboveboard/redact/surrogate';
import type { ExportRecording } from './export/export-recording.ts';
import { FieldTexts, FrontSurface } from './field-texts.ts';
import { StateTexts, type TextChange } from './state-texts.ts';
import type { SurrogatedText } from './surrogated-text.ts';
import type { CommonTexts } from './text-census.ts';

export type SurrogateOptions = {
  /** 16 random bytes in hex, fresh for the release, written nowhere and forgotten when it is built (MASK37). */
  salt: string;
  /** What the release calls the task, in it alone. */
  task: string;
  /** Labels that the application ships, where that is known. */
  shipped?: Iterable<string>;
  /** Of a release of several people: what else is open is closed (MASK38). */
  common?: Pick<CommonTexts, 'has'>;
};

/**
 * The recording as datasets show it (MASK39): plausible text in the place of what was masked, in instruction, states, typing
 * and choices alike, so that trees and rendered frames have it too. Events, times, places and nodes are untouched. It has no other
 * way to what was recorded (columns, frames): those would go round it.
 */
export function surrogatedRecording(recording: ExportRecording, options: SurrogateOptions): ExportRecording {
  const { manifest } = recording;
  const surrogates = createSurrogates(options.salt, options.task);
  let read: Promise<{ shown: FieldTexts; change: TextChange }> | undefined;
  // Both passes before anything is given: what a field showed, and what the recording itself calls open.
  const known = async () => {
    const shown = await FieldTexts.read(recording.states());
    const open = [...(options.shipped ?? [])];
    for await (const events of recording.events()) {
      for (const event of events) {
        if ((event.kind === 'text' || event.kind === 'select') && event.value.open)
          open.push(event.value.text);
      }
    }
    return { shown, change: textChange(surrogates, manifest, open, options.common) };
  };
  return {
    manifest: surrogatedManifest(manifest, surrogates),
    async *events() {
      read ??= known();
      const { shown, change } = await read;
      const front = new FrontSurface();
      const typed = (event: RecordedEvent) =>
        surrogatedEvent(event, front.see(event), shown, change, surrogates);
      for await (const events of recording.events()) yield events.map(typed);
    },
    async *states() {
      read ??= known();
      const { change } = await read;
      const texts = new StateTexts();
      for await (const items of recording.states()) yield items.map((item) => texts.change(item, change));
    },
  };
}

/** What stays is known to be open; what may be filler is not, and of that a short label more is lost than has to be. */
function textChange(
  surrogates: Surrogates,
  manifest: Manifest,
  open: readonly string[],
  common: Pick<CommonTexts, 'has'> | undefined,
): TextChange {
  const openings = createOpenings(cardLiterals(manifest.task), open, (text) =>
    text
      .split('\n')
      .map((line) => {
        if (line.trim() === '' || (common === undefined && !mayBeFiller(line))) return line;
        return surrogates.of(line);
      })
      .join('\n'),
  );
  return (text: string): string => {
    const folded = foldSpace(text);
    if (folded === '' || isStand(folded) || openings.isGlyph(folded) || openings.isLiteral(folded))
      return text;
    const isOpen =
      common === undefined ? openings.isShipped(folded) || isInterfaceWords(folded) : common.has(folded);
    return isOpen ? text : openings.fillAround(text);
  };
}

function surrogatedEvent(
  event: RecordedEvent,
  surface: number,
  shown: FieldTexts,
  change: TextChange,
  surrogates: Surrogates,
): RecordedEvent {
  if (event.kind === 'task' && event.text !== undefined) {
    return { ...event, text: filledIn(event.text, surrogates) };
  }
  if (event.kind !== 'text' && event.kind !== 'select') return event;
  if (event.value.open) return { ...event, value: reopened(event.value, change) };
  const node = event.kind === 'select' ? event.option : event.node;
  const text = node === undefined ? null : shown.shownAt(surface, node, event.t);
  const surrogate =
    text === null
      ? surrogates.of(SAMPLES[event.value.script].repeat(Math.ceil(event.value.length / 4)), 'words')
      : /^\u2022+$/.test(text)
        ? surrogates.of(`${node} ${text}`, 'secret')
        : change(text);
  const value: SurrogatedText = { ...event.value, surrogate };
  return { ...event, value };
}

/** Only a stand for script and length: no field shows what was typed. */
const SAMPLES: Readonly<Record<ClosedText['script'], string>> = {
  latin: 'text',
  digits: '4821',
  other: 'text',
};

/** Open typing that few people have is closed as it is in the states. */
function reopened(value: OpenText, change: (text: string) => string): OpenText | ClosedText {
  const text = change(value.text);
  if (text === value.text) return value;
  const closed: SurrogatedText = {
    open: false,
    length: textBucket(value.text.length),
    script: 'other',
    surrogate: text,
  };
  return closed;
}

function surrogatedManifest(manifest: Manifest, surrogates: Surrogates): Manifest {
  const { task, outcome } = manifest;
  return {
    ...manifest,
    task: task.kind === 'free' ? { ...task, text: filledIn(task.text, surrogates) } : task,
    outcome: {
      ...outcome,
      reasons: outcome.reasons.map((reason) => ({ ...reason, text: filledIn(reason.text, surrogates) })),
    },
  };
}

/** What the second net took out of her own words (MASK15), by the stand that it left. */
const TAKEN_OUT: Readonly<Record<string, readonly [SurrogateType, string]>> = {
  '[address]': ['url', 'https://web.example/page'],
  '[e-mail]': ['email', 'somebody@mail.example'],
  '[account]': ['number', '0000000000000000000000'],
  '[card]': ['number', '0000000000000000'],
  '[phone]': ['phone', '(555) 555-0100'],
  '[key]': ['secret', '0000000000000000'],
  '[number]': ['number', '0000'],
};

/** Nothing says which of them were equal: the same kind has the same surrogate in a task. */
function filledIn(text: string, surrogates: Surrogates): string {
  return text.replace(/\[(?:address|e-mail|account|card|phone|key|number)\]/g, (stand) => {
    const [type, sample] = TAKEN_OUT[stand] as readonly [SurrogateType, string];
    return surrogates.of(sample, type);
  });
}
