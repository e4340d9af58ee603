import { z } from 'zod';
import type { Fault } from './fault.ts';

const MOST_FAULTS = 100;

/** Text that people wrote: well formed, so that it survives UTF-8, and no longer than `most` units. */
export function plainText(most: number) {
  return z
    .string()
    .max(most)
    .refine((text) => text.isWellFormed(), 'is not well formed');
}

/**
 * The faults of a failed check, with `rule` for each path. Messages are ours: those of the library may
 * quote what was given.
 */
export function faultsOf(
  error: z.ZodError,
  at: string,
  rule: (path: readonly PropertyKey[]) => string,
): Fault[] {
  return error.issues.slice(0, MOST_FAULTS).map((issue) => ({
    rule: rule(issue.path),
    at: placeOf(issue.path, at),
    message: MESSAGES[issue.code] ?? 'is not what is allowed here',
  }));
}

const MESSAGES: Readonly<Record<string, string>> = {
  invalid_type: 'is missing or of another type',
  too_big: 'is too large or too long',
  too_small: 'is too small or too short',
  invalid_format: 'is not of the form that is asked for',
  unrecognized_keys: 'has a field that is not known',
  invalid_value: 'is not one of the list',
  invalid_union: 'is none of the kinds that are allowed',
};

/** `manifest.parts[3].bytes`. A key that is not plain could be content, so it is not shown. */
function placeOf(path: readonly PropertyKey[], at: string): string {
  return path.reduce<string>((place, step) => {
    if (typeof step === 'number') return `${place}[${step}]`;
    return /^[A-Za-z0-9]{1,24}$/.test(String(step)) ? `${place}.${String(step)}` : `${place}.*`;
  }, at);
}
