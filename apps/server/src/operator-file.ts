import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/**
 * What the operator wrote in a JSON file of the installation's folder; null: there is no such file. Throws a sentence with every
 * fault for what can't be meant; nothing of what stands in the file is in it.
 */
export function readOperatorFile<Said>(
  root: string,
  name: string,
  schema: z.ZodType<Said>,
): { said: Said; path: string } | null {
  const path = join(root, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = schema.safeParse(asJson(text, path));
  if (parsed.success) return { said: parsed.data, path };
  const faults = parsed.error.issues.map(({ path: at, message }) => `  ${at.join('.')}: ${message}`);
  throw new Error(`${path} can not be relied on:\n${faults.join('\n')}`);
}

/** A secret in a file that only its owner reads (IDN64). */
export function readSecretFile(path: string): string {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new Error(`${path} holds a secret, and others than its owner may read it. Run: chmod 600 ${path}`);
  const secret = readFileSync(path, 'utf8').trim();
  if (secret === '') throw new Error(`${path} is empty.`);
  return secret;
}

function asJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON.`);
  }
}
