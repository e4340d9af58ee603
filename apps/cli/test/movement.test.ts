import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-movement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  const code = await program.run(args);
  return { code, out: out.join(''), err: err.join('') };
}

/** Clicks on the squares of a row, held for as long as this person holds. */
function table(clicks: number, hold: number, aside = 20): string {
  const rows = ['t_ms,x,y,kind'];
  let t = 0;
  const row = (after: number, x: number, kind: string) => {
    t += after;
    rows.push(`${t},${x},300,${kind}`);
  };
  for (let i = 0; i < clicks; i++) {
    const x = 48 * ((i * 7) % 30) + aside;
    for (let step = 0; step < 5; step++) row(17, x - 50 + 10 * step, 'move');
    row(90 + ((i * 13) % 40), x, 'down');
    row(hold + ((i * 5) % 10), x, 'up');
    t += 1500 + ((i * 37) % 400);
  }
  return `${rows.join('\n')}\n`;
}

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('aboveboard deidentify', () => {
  it('[MOV1, MOV2] writes a table at release, of which no row but the header was there before', async () => {
    const [from, to] = [file('one.csv', table(40, 90)), join(folder, 'one.out.csv')];
    const { code, err } = await run('deidentify', from, '--out', to);
    expect(code).toBe(0);
    expect(err).toContain('40 actions, 0 points as they were');
    const [header, ...rows] = readFileSync(to, 'utf8').trim().split('\n');
    expect(header).toBe('t_ms,x,y,kind');
    expect(rows.filter((row) => row.endsWith(',down'))).toHaveLength(40);
    const before = new Set(readFileSync(from, 'utf8').split('\n'));
    expect(rows.filter((row) => before.has(row)).length).toBeLessThan(2);
    const squares = (lines: string[]) =>
      lines.filter((row) => row.endsWith(',down')).map((row) => Math.floor(Number(row.split(',')[1]) / 48));
    expect(squares(rows)).toEqual(squares([...before]));
  });

  it('[MOV24] brings places to the standard screen where the screen is told', async () => {
    const from = file('small.csv', 't_ms,x,y,kind\n0,1365,767,down\n90,1365,767,up\n');
    const to = join(folder, 'small.out.csv');
    expect((await run('deidentify', from, '--out', to, '--screen', '1366x768')).code).toBe(0);
    const down = readFileSync(to, 'utf8')
      .split('\n')
      .find((row) => row.endsWith(',down'));
    const [, x, y] = (down ?? '').split(',').map(Number);
    expect(x).toBeGreaterThan(1870);
    expect(y).toBeGreaterThan(1055);
    expect((await run('deidentify', from, '--screen', 'large')).code).toBe(2);
  });

  it('[MOV12] keeps the point on an element whose place matters', async () => {
    const boxes = file(
      'boxes.json',
      JSON.stringify([{ id: 1, x: 0, y: 0, width: 500, height: 500, place: 'kept' }]),
    );
    const from = file('slider.csv', 't_ms,x,y,kind\n0,123,77,down\n90,123,77,up\n');
    const to = join(folder, 'slider.out.csv');
    const { code, out } = await run('--json', 'deidentify', from, '--out', to, '--elements', boxes);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      level: 'release',
      rowsIn: 2,
      kept: { actions: 1, keptPoints: 1 },
    });
    expect(readFileSync(to, 'utf8')).toMatch(/,123,77,down\n/);
  });

  it('[MOV27] cuts a task into parts of their own', async () => {
    const to = join(folder, 'parts');
    const { code, err } = await run(
      'deidentify',
      file('long.csv', table(30, 90)),
      '--parts',
      '12',
      '--out',
      to,
    );
    expect(err).toContain('3 parts');
    expect(code).toBe(0);
    for (const [i, downs] of [12, 12, 6].entries()) {
      const rows = readFileSync(join(to, `part-${i + 1}.csv`), 'utf8')
        .trim()
        .split('\n');
      expect(rows.filter((row) => row.endsWith(',down'))).toHaveLength(downs);
      expect(Number(rows[1]?.split(',')[0])).toBeLessThan(3000);
    }
  });

  it('[MOV32] states epsilon, for an action and for the task', async () => {
    const from = file('noised.csv', table(10, 90));
    const { code, err } = await run(
      'deidentify',
      from,
      '--level',
      'open',
      '--epsilon',
      '2',
      '--out',
      join(folder, 'n.csv'),
    );
    expect(code).toBe(0);
    expect(err).toContain('2 an action, up to 20 for this task');
    expect((await run('deidentify', from, '--level', 'open')).code).toBe(2);
    expect((await run('deidentify', from, '--epsilon', '1')).code).toBe(2);
  });

  it('[MOV3] refuses a table with a fault, and leaves no file', async () => {
    const from = file('faulty.csv', `${table(20, 90)}1,NaN,3,move\n`);
    const to = join(folder, 'faulty.out.csv');
    const { code, err } = await run('deidentify', from, '--out', to);
    expect(code).toBe(1);
    expect(err).toMatch(/MOV3: line 142 has no place/);
    expect(existsSync(to)).toBe(false);
    expect((await run('deidentify', join(folder, 'nothing.csv'), '--out', to)).code).toBe(1);
    expect(existsSync(to)).toBe(false);
  });

  it('never writes over a file', async () => {
    const from = file('keep.csv', table(3, 90));
    expect((await run('deidentify', from, '--out', from)).code).toBe(1);
    expect(readFileSync(from, 'utf8')).toBe(table(3, 90));
  });
});

describe('aboveboard risk', { timeout: 180_000 }, () => {
  const dataset = join(folder, 'dataset');
  beforeAll(() => {
    for (const [name, hold] of [
      ['anna', 60],
      ['ben', 260],
    ] as const) {
      mkdirSync(join(dataset, name), { recursive: true });
      for (let s = 0; s < 4; s++)
        writeFileSync(join(dataset, name, `s${s}.csv.gz`), gzipSync(table(400 + 10 * s, hold, 10 + 3 * s)));
    }
  });

  it('[RISK8, RISK9] finds a planted habit, refuses above the threshold, and names nobody', async () => {
    const { code, out, err } = await run('--json', 'risk', dataset, '--threshold', '70', '--rounds', '1');
    const report = JSON.parse(out);
    expect(report.people).toBe(2);
    expect(report.naming.map(({ length }: { length: unknown }) => length)).toEqual([1, 5, 15, 'all']);
    expect(report.verdict.passes).toBe(false);
    expect(code).toBe(1);
    expect(err).toContain('No release');
    expect(out + err).not.toMatch(/anna|ben|s0\.csv/);
  });

  it('[RISK9] a dataset that can not be measured passes nothing', async () => {
    expect((await run('risk', join(folder, 'nowhere'), '--threshold', '100')).code).toBe(1);
    const few = join(folder, 'few');
    mkdirSync(join(few, 'one'), { recursive: true });
    writeFileSync(join(few, 'one', 'a.csv'), table(10, 90));
    const { code, err } = await run('risk', few, '--threshold', '100');
    expect(code).toBe(1);
    expect(err).toContain('four sessions');
    writeFileSync(join(few, 'one', 'a.csv'), 'not,a,table\n');
    expect((await run('risk', few)).err).toContain('table 1 of person 1 can not be read');
  });
});
