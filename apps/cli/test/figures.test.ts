import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-figures-'));
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function aboveboard(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '0',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  const code = await program.run(['--data', join(folder, 'data'), ...args]);
  return { code, out: out.join(''), err: err.join('') };
}
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
const measured = {
  kind: 'aboveboard-figures',
  version: 1,
  source: 'our server',
  date: '2026-11-22',
  measured: { bytes_per_browser_hour: 1_900_000 },
  notKnown: [],
};

describe('a running server’s figures in a plan', () => {
  it('[PLN81] replace the defaults, marked as measured; what the plan gave stays beside them', async () => {
    const figures = file('figures.json', measured);
    const plan = file('plan.json', {
      programme: { contributors: 40, measured: { steps_per_task: 9 }, measured_from: 'our trial' },
    });
    const { out, code } = await aboveboard('plan', plan, '--report', 'json', '--figures', figures);
    expect(code).toBe(0);
    const { rates } = JSON.parse(out)[0].programme;
    const rate = (wanted: string) => rates.find(({ name }: { name: string }) => name === wanted);
    expect(rate('bytes_per_browser_hour')).toMatchObject({
      measured: true,
      source: 'measured: our server (2026-11-22)',
    });
    expect(rate('steps_per_task')).toMatchObject({ measured: true, source: 'measured: our trial' });
    expect(rate('batch_bytes')).toMatchObject({ measured: false });
    const lines = file('programme.jsonl', { contributors: 40 });
    const filtered = await aboveboard('plan', 'programme', lines, '--figures', figures);
    expect(filtered.out).toContain('measured: our server');
  });

  it('[PLN80] a file with a fault is refused, all of it at once', async () => {
    const plan = file('plan.json', { programme: { contributors: 40 } });
    const bad = file('bad.json', { ...measured, date: '', measured: { batch_bytes: -1 } });
    const { code, err } = await aboveboard('plan', plan, '--figures', bad);
    expect(code).toBe(1);
    expect(err).toContain('date');
    expect(err).toContain('measured.batch_bytes');
  });

  it('[PLN80] an installation with no ten people tells nothing, and says why; a plan keeps its defaults', async () => {
    const { code, out } = await aboveboard('figures', '--json');
    expect(code).toBe(0);
    const figures = JSON.parse(out);
    expect(figures).toMatchObject({ kind: 'aboveboard-figures', measured: {}, counted: null });
    const why = (rate: string) =>
      figures.notKnown.find((one: { rate: string }) => one.rate === rate)?.why ?? '';
    expect(why('bytes_per_browser_hour')).toContain('fewer than ten');
    expect(why('events_per_hour')).toContain('T15');
    const plan = file('plan.json', { programme: { contributors: 40 } });
    const planned = await aboveboard('plan', plan, '--report', 'json', '--from-server');
    const { rates } = JSON.parse(planned.out)[0].programme;
    expect(rates.some((rate: { measured: boolean }) => rate.measured)).toBe(false);
  }, 120_000);
});
