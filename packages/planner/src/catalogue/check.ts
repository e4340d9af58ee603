import type { Problem } from '../problem.ts';

type Json = Record<string, unknown>;

const confidences = ['high', 'medium', 'low'];

/**
 * Every figure of a catalogue file has a unit, a date, a source and a confidence: on its row, or for the whole
 * file. Returns what is wanting, all of it. `name` says where in messages.
 */
export function checkCatalogue(name: string, given: unknown): Problem[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [{ code: 'corrupt', at: name, message: 'is not a JSON object' }];
  }
  const file = given as Json;
  const problems: Problem[] = [];
  const rows = file['rows'];
  const units = (file['units'] ?? {}) as Json;
  if (!Array.isArray(rows)) {
    // A file without rows (texts, fits) is vouched for as a whole.
    problems.push(...vouched(file, name));
    return problems;
  }
  const whole = vouched(file, name).length === 0;
  const seen = new Set<string>();
  rows.forEach((row: unknown, i) => {
    const at = `${name} row ${i + 1}`;
    if (Array.isArray(row)) {
      if (!whole)
        problems.push({
          code: 'unsourced',
          at,
          message: 'rows without names need a date, source and confidence of the file',
        });
      return;
    }
    if (typeof row !== 'object' || row === null) {
      problems.push({ code: 'corrupt', at, message: 'is not an object' });
      return;
    }
    problems.push(...checkRow(row as Json, at, units, whole));
    const key = `${String((row as Json)['category'] ?? '')}|${String((row as Json)['name'])}|${String((row as Json)['source'])}`;
    if (seen.has(key))
      problems.push({
        code: 'impossible',
        at,
        message: `${String((row as Json)['name'])} is there twice from one source`,
      });
    seen.add(key);
  });
  return problems;
}

function checkRow(row: Json, at: string, units: Json, whole: boolean): Problem[] {
  const problems: Problem[] = [];
  if (typeof row['name'] !== 'string' || row['name'] === '')
    problems.push({ code: 'missing', at, message: 'has no name' });
  if (!whole) problems.push(...vouched(row, at));
  const rowUnit = row['unit'];
  for (const field of ['spec', 'shape', 'price'] as const) {
    const figures = row[field];
    if (typeof figures !== 'object' || figures === null) continue;
    for (const [key, value] of Object.entries(figures as Json)) {
      const numbers = Array.isArray(value) ? value : [value];
      if (!numbers.some((n) => typeof n === 'number')) continue;
      if (typeof units[key] !== 'string')
        problems.push({ code: 'unsourced', at: `${at} ${field}.${key}`, message: 'has no unit' });
      for (const n of numbers)
        if (typeof n === 'number' && (!Number.isFinite(n) || n < 0))
          problems.push({ code: 'impossible', at: `${at} ${field}.${key}`, message: `cannot be ${n}` });
    }
  }
  if ('typical' in row) {
    const [low, typical, high] = [row['low'], row['typical'], row['high']];
    if (typeof rowUnit !== 'string' || rowUnit === '')
      problems.push({ code: 'unsourced', at, message: 'has no unit' });
    if (
      typeof low !== 'number' ||
      typeof typical !== 'number' ||
      typeof high !== 'number' ||
      low > typical ||
      typical > high
    ) {
      problems.push({ code: 'impossible', at, message: 'needs low <= typical <= high' });
    }
  }
  return problems;
}

function vouched(record: Json, at: string): Problem[] {
  const problems: Problem[] = [];
  for (const field of ['source', 'date'] as const) {
    const value = record[field];
    if (typeof value !== 'string' || value.trim() === '')
      problems.push({ code: 'unsourced', at, message: `has no ${field}` });
  }
  if (!confidences.includes(String(record['confidence']))) {
    problems.push({ code: 'unsourced', at, message: 'has no confidence', right: confidences.join(', ') });
  }
  return problems;
}
