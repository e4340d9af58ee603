import type { Checked } from './fault.ts';
import type { Manifest } from './manifest.ts';
import type { RecordingLimits } from './recording-limits.ts';

export function parseManifest(bytes: Uint8Array, limits: Partial<RecordingLimits> = {}): Checked<Manifest> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, faults: [{ rule: 'REC2', at: 'manifest', message: 'is not JSON in UTF-8' }] };
  }
  return checkManifest(value, limits);
}

export function checkManifest(value: unknown, _limits: Partial<RecordingLimits> = {}): Checked<Manifest> {
  return { ok: true, value: value as Manifest };
}
