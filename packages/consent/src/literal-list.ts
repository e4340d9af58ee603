import type { Checked, Fault } from '@aboveboard/protocol/fault';

/**
 * The list of an application's own words that an agreement carries (AGR34-AGR36): plain text that the parties
 * can read and compare, one label a line, in one possible order, so that equal lists have equal digests.
 */
const HEADER = 'aboveboard-literals 1';
/** More than any application that was looked at ships; each agent holds all of them. */
export const LISTED_LIMIT = 40_000;
export const LISTED_LENGTH = 200;
const BYTES_LIMIT = 16 * 1024 * 1024;
const MOST_FAULTS = 20;

/** The file, from labels in any order. Labels that a list can't hold are left out. */
export function writeLiteralList(labels: Iterable<string>): Uint8Array {
  const kept = [...new Set(labels)].filter((label) => labelFault(label) === null).sort(byCodeUnit);
  return new TextEncoder().encode(`${[HEADER, ...kept.slice(0, LISTED_LIMIT)].join('\n')}\n`);
}

/** AGR34-AGR36; at most twenty faults. */
export function parseLiteralList(bytes: Uint8Array): Checked<string[]> {
  const refused = (rule: string, at: string, message: string): Checked<string[]> => ({
    ok: false,
    faults: [{ rule, at, message }],
  });
  if (bytes.length > BYTES_LIMIT) return refused('AGR36', 'list', 'is too long');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused('AGR34', 'list', 'is not UTF-8');
  }
  const lines = text.split('\n');
  if (lines[0] !== HEADER) return refused('AGR34', 'line 1', `is not "${HEADER}"`);
  if (lines.pop() !== '') return refused('AGR34', 'list', 'does not end with a line break');
  const labels = lines.slice(1);
  if (labels.length > LISTED_LIMIT) return refused('AGR36', 'list', `holds more than ${LISTED_LIMIT}`);
  const faults: Fault[] = [];
  for (const [i, label] of labels.entries()) {
    const message = labelFault(label);
    const before = labels[i - 1];
    if (message) faults.push({ rule: 'AGR35', at: `line ${i + 2}`, message });
    else if (before !== undefined && byCodeUnit(before, label) >= 0) {
      faults.push({ rule: 'AGR34', at: `line ${i + 2}`, message: 'is not after the line before it' });
    }
    if (faults.length >= MOST_FAULTS) break;
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: labels };
}

// A list is read by people before they sign it: nothing in it may be invisible or turn its direction.
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function labelFault(label: string): string | null {
  if (label.length === 0 || label.length > LISTED_LENGTH) return `has not 1 to ${LISTED_LENGTH} characters`;
  if (!label.isWellFormed() || HIDDEN.test(label)) return 'has characters that can not be seen';
  if (label !== label.trim() || /\s{2}/.test(label)) return 'has white space at an end or in a row';
  return /\p{L}/u.test(label) ? null : 'has no letter';
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
