import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { BUCKETS } from './element-features.ts';
import type { ElementPolicy } from './element-policy.ts';

/** A policy's file, whoever wrote it: all its faults at once (EVA35). */
export function readElementPolicy(text: string): Checked<ElementPolicy> {
  const faults: Fault[] = [];
  const fault = (at: string, message: string) => void faults.push({ rule: 'EVA35', at, message });
  const value = parsed(text);
  if (value === null)
    return { ok: false, faults: [{ rule: 'EVA35', at: 'file', message: 'is no JSON object' }] };
  if (value['format'] !== 'aboveboard-element-policy') fault('format', 'is not aboveboard-element-policy');
  if (value['formatVersion'] !== 1) fault('formatVersion', 'is not 1');
  for (const name of ['release', 'level'] as const) {
    const said = value[name];
    if (typeof said !== 'string' || !/^[\w-]{1,100}$/.test(said)) fault(name, 'is no name');
  }
  if (!isCount(value['seed'])) fault('seed', 'is no whole number from 0');
  const trained = value['trained'] as Record<string, unknown> | null | undefined;
  for (const name of ['tasks', 'steps'])
    if (!isCount(trained?.[name])) fault(`trained.${name}`, 'is no whole number from 0');
  pairs('weights', value['weights'], (weight) => Math.abs(weight) <= 1e6, fault);
  pairs('frequent', value['frequent'], (times) => isCount(times) && times > 0, fault);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: value as unknown as ElementPolicy };
}

function pairs(
  name: string,
  value: unknown,
  isRight: (second: number) => boolean,
  fault: (at: string, message: string) => void,
): void {
  if (!Array.isArray(value) || value.length > BUCKETS) {
    fault(name, `is no list of at most ${BUCKETS}`);
    return;
  }
  let last = -1;
  for (const [i, pair] of value.entries()) {
    const [at, second] = Array.isArray(pair) && pair.length === 2 ? pair : [null, null];
    if (!isCount(at) || at >= BUCKETS || at <= last)
      fault(`${name}[${i}]`, 'is of no feature that comes next');
    else if (typeof second !== 'number' || !Number.isFinite(second) || !isRight(second))
      fault(`${name}[${i}]`, 'has no number that can stand there');
    if (isCount(at)) last = at;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
