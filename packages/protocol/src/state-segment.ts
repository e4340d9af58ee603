import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { LAST_TICK } from './event-check.ts';
import { RecordingError } from './fault.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import type { StateItem } from './state.ts';
import { checkStates } from './state-check.ts';
import { StateValueReader } from './state-value-reader.ts';
import { StateValueWriter } from './state-value-writer.ts';

/**
 * Interface states of one part (spec/recording.md, REC50-REC54): a table of strings, then the items as
 * tagged values with node ids as differences. Meant to be deflated.
 */
const VERSION = 1;

/** The items are trusted to be legal (checkStates); what has no encoding throws RecordingError. */
export function encodeStates(items: readonly StateItem[]): Uint8Array<ArrayBuffer> {
  const writer = new StateValueWriter();
  let last = 0;
  for (const item of items) {
    if (item.t < last) throw new RecordingError([{ rule: 'REC52', at: 'state', message: 't goes back' }]);
    writer.item(item, item.t - last);
    last = item.t;
  }
  const out = new ByteWriter(1024);
  out.byte(VERSION);
  out.varint(items.length);
  writer.finish(out);
  return out.done();
}

/** Decoded and checked: only what checkStates allows comes out; RecordingError otherwise. */
export function decodeStates(bytes: Uint8Array, limits: Partial<RecordingLimits> = {}): StateItem[] {
  const bounds = limitsWith(limits);
  const source = new ByteReader(bytes, 'REC50');
  const version = source.byte();
  if (version !== VERSION) source.fail('REC50', `a state segment of version ${version} is not known here`);
  const count = source.count(Math.min(bounds.statesInPart, source.left), 'REC50', 'states');
  const reader = new StateValueReader(source, bounds);
  const items: StateItem[] = [];
  let t = 0;
  for (let i = 0; i < count; i += 1) {
    t += source.count(LAST_TICK - t, 'REC52', 't');
    items.push(reader.item(t));
  }
  reader.end();
  const checked = checkStates(items, bounds);
  if (!checked.ok) throw new RecordingError(checked.faults);
  return checked.value;
}
