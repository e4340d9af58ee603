import type { Checked } from './fault.ts';
import type { RecordingLimits } from './recording-limits.ts';
import type { StateItem } from './state.ts';

export function checkStates(items: unknown, _limits: Partial<RecordingLimits> = {}): Checked<StateItem[]> {
  return { ok: true, value: items as StateItem[] };
}
