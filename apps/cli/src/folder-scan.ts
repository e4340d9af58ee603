import { lstatSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { NAMES, SECRETS, STRUCTURED } from '@aboveboard/redact/detect/detectors';
import { findSpans } from '@aboveboard/redact/detect/find-spans';
import { ownWords } from '@aboveboard/redact/detect/own-words';
import type { Detector, SpanKind } from '@aboveboard/redact/detect/span';
import { readOpenBundle } from './bundle-inspection.ts';
import { type CommandContext, CommandFailure } from './command.ts';
import { listOf } from './line-redaction.ts';
import { LayerLimit, layersOf, textsOf } from './scan-layers.ts';

export type ScanFinding = { where: string; kind: SpanKind; rule: string; count: number };
export type ScanAccount = {
  findings: ScanFinding[];
  /** What could not be looked at is no reason to pass. */
  unread: { where: string; why: string }[];
  files: number;
  bytes: number;
  opened: number;
};

const FILE_LIMIT = 1024 * 1024 * 1024;

/**
 * What chance makes in a file of figures does not count: mere numbers, digests and random words, numbers that only a
 * word beside them makes a telephone's. The rest has a check digit, an issuer's form or a sign.
 */
const BY_CHANCE =
  /^(?:number\.|secret\.(?:hex|random|jwt|public-key)|phone\.(?:context|national|american|plan)|url\.|ip\.|birth-date|email\.spoken)/;

export async function scanPath(
  path: string,
  options: { words?: string; names?: boolean; open: boolean },
  context: CommandContext,
): Promise<ScanAccount> {
  const account: ScanAccount = { findings: [], unread: [], files: 0, bytes: 0, opened: 0 };
  const detectors: Detector[] = [...STRUCTURED, ...SECRETS, ...(options.names ? NAMES : [])];
  if (options.words) detectors.push(ownWords(listOf(options.words)).detect);
  const counts = new Map<string, ScanFinding>();
  const text = (where: string, value: string) => {
    for (const { kind, rule } of findSpans(value, detectors)) {
      if (BY_CHANCE.test(rule)) continue;
      const key = `${where}\u0000${rule}`;
      const finding = counts.get(key) ?? { where, kind, rule, count: 0 };
      finding.count++;
      counts.set(key, finding);
    }
  };
  const bytes = (where: string, value: Buffer) => {
    account.bytes += value.length;
    try {
      for (const layer of layersOf(value)) {
        for (const { how, text: decoded } of textsOf(layer.bytes))
          text([where, layer.how, how].filter((part) => part !== '').join(' > '), decoded);
      }
    } catch (error) {
      if (!(error instanceof LayerLimit)) throw error;
      account.unread.push({ where, why: error.message });
    }
  };
  for await (const file of filesOf(path)) {
    const where = relative(path, file) || file;
    context.progress(where);
    // A file's name is stored and sent like what is in it.
    text(`${where} (name)`, where);
    account.files++;
    const content = contentOf(file);
    if (typeof content === 'string') {
      account.unread.push({ where, why: content });
      continue;
    }
    if (content.subarray(0, 7).toString('latin1') !== 'ABVBNDL') {
      bytes(where, content);
      continue;
    }
    account.bytes += content.length;
    if (!options.open) {
      account.unread.push({ where, why: 'is sealed' });
      continue;
    }
    const why = await readOpenBundle(file, context, (part, value) => text(`${where} > ${part}`, value));
    if (why === null) account.opened++;
    else account.unread.push({ where, why });
  }
  account.findings.push(...counts.values());
  return account;
}

async function* filesOf(path: string): AsyncIterable<string> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CommandFailure(`There is no ${path}.`);
  if (!stat.isDirectory()) {
    yield path;
    return;
  }
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (!entry.isDirectory()) yield join(entry.parentPath, entry.name);
}

/** A string says why it can't be looked at. */
function contentOf(file: string): Buffer | string {
  try {
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) return 'is a link';
    if (!stat.isFile()) return 'is no file';
    if (stat.size > FILE_LIMIT) return 'is larger than 1 GB';
    return readFileSync(file);
  } catch (error) {
    return `can not be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}
