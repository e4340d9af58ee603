import type { CellLine, Question, Reply } from '@aboveboard/capture/cell-line';
import { FollowedUses, type KeptUses } from '@aboveboard/capture/line/followed-uses';
import { keptTiles } from '@aboveboard/capture/line/kept-tiles';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import { openLog } from '@aboveboard/tlog/log-reader';
import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { describe, expect, test } from 'vitest';
import { keptLog } from '../src/screens/kept-log.ts';
import { StandInLog } from './stand-in-log.ts';

function policyOf(log: StandInLog): Policy {
  const parsed = parsePolicy(new TextEncoder().encode(log.policy));
  if (!parsed.ok) throw new Error('not a policy');
  return parsed.value;
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const fill = (log: StandInLog, count: number) => {
  for (let i = 0; i < count; i++) log.entries.push(commitmentEntry(random(32)));
};

/** A device that follows `log`; a worker of its own for each act where `restarts`. */
function device(
  log: StandInLog,
  given: {
    restarts?: boolean;
    bend?: (path: string, bytes: Uint8Array) => void;
    inForce?: () => string | null;
  } = {},
) {
  const asked = new Map<string, Question>();
  const fetched: string[][] = [];
  let stored: KeptUses | null = null;
  const line = { ask: async (key: string, question: Question) => void asked.set(key, question) } as CellLine;
  const begin = () =>
    new FollowedUses({
      now: () => Date.now(),
      line,
      kept: {
        get: async () => structuredClone(stored),
        put: async (value) => {
          stored = structuredClone(value);
        },
        remove: async () => undefined,
      },
      policy: policyOf(log),
      inForce: given.inForce ?? (() => null),
    });
  let uses = begin();
  return {
    fetched,
    kept: () => stored as unknown as KeptUses,
    async period(most = 1) {
      for (let i = 0; i < most; i++) {
        if (given.restarts) uses = begin();
        await uses.ask();
        fetched.push([...asked.values()].map(({ path }) => path));
        const replies = new Map<string, Reply>();
        const source = keptLog(await log.checkpoint(), log.entries);
        for (const [key, { path }] of asked) {
          const body = await source.read(path.slice('/log/uses/'.length), 1 << 24);
          if (body) given.bend?.(path, body);
          const empty = new Uint8Array();
          replies.set(key, { status: body ? 200 : 404, type: '', retryAfter: 0, body: body ?? empty });
        }
        asked.clear();
        if (given.restarts) uses = begin();
        await uses.deliver(replies);
      }
    },
    /** As its page reads it. */
    async read() {
      const { checkpoint, tiles, first } = stored as unknown as KeptUses;
      const source = keptTiles(checkpoint as Uint8Array, new Map(tiles));
      const { reader, signed } = await openLog(source, policyOf(log));
      const entries: Uint8Array[] = [];
      for await (const { index, entry } of reader.entries(first)) {
        entries.push(entry);
        if (index % 100 === 0) await reader.proof(index, signed);
      }
      return { first, entries, size: reader.size };
    },
  };
}

const usesLog = () => new StandInLog('stand-in.example/uses', 21);

describe('the newest part of the uses log, followed from cell to cell', () => {
  test('[RLY30] is here with its proofs two periods later, also where no worker lives from one to the next', async () => {
    for (const restarts of [false, true]) {
      const log = usesLog();
      fill(log, 70);
      const phone = device(log, { restarts });
      await phone.period(2);
      const { first, entries } = await phone.read();
      expect([first, entries.length]).toEqual([0, 70]);
      expect(entries).toEqual(log.entries);
      fill(log, 500);
      await phone.period(2);
      expect((await phone.read()).entries).toEqual(log.entries);
    }
  });

  test('[RLY30] what is asked for follows from the log alone', async () => {
    const log = usesLog();
    fill(log, 500);
    const [one, two] = [device(log), device(log, { restarts: true })];
    for (let day = 0; day < 4; day++) {
      await one.period(3);
      await two.period(3);
      fill(log, 32 << (day % 3));
    }
    expect(one.fetched).toEqual(two.fetched);
  });

  test('[RLY30] whoever begins gets the newest bundles, and from then on all', async () => {
    const log = usesLog();
    fill(log, 256 * 5 + 10);
    const phone = device(log);
    await phone.period(2);
    expect((await phone.read()).first).toBe(256 * 4);
    fill(log, 256 * 34);
    await phone.period(14);
    const { first, entries, size } = await phone.read();
    // Older ones go, so that it does not grow for ever.
    expect([size, first]).toEqual([256 * 39 + 10, 256 * 8]);
    expect(entries).toEqual(log.entries.slice(first));
  });

  test('[RLY31] asks for a few tiles in one cell, and for nothing where nothing is new', async () => {
    const log = usesLog();
    fill(log, 256 * 2);
    const phone = device(log);
    await phone.period(2);
    fill(log, 256 * 20);
    await phone.period(10);
    expect(Math.max(...phone.fetched.map((paths) => paths.length))).toBe(5);
    expect(phone.fetched.at(-1)).toEqual(['/log/uses/checkpoint']);
  });

  test('[LOG13] a second history is kept as evidence, and what was here stays', async () => {
    const log = usesLog();
    fill(log, 100);
    const phone = device(log);
    await phone.period(2);
    const honest = [...log.entries];
    log.entries[7] = commitmentEntry(random(32));
    fill(log, 5);
    await phone.period(3);
    const { fork, size } = phone.kept();
    expect([fork !== null, size]).toEqual([true, 100]);
    expect((await phone.read()).entries).toEqual(honest);
  });

  test('[LOG13] another tree of the same size is a second history too; a shorter one is said and not taken', async () => {
    const log = usesLog();
    fill(log, 100);
    const phone = device(log);
    await phone.period(2);
    log.entries.pop();
    await phone.period(2);
    expect([phone.kept().fork, phone.kept().faults[0]?.rule, phone.kept().size]).toEqual([
      null,
      'LOG13',
      100,
    ]);
    fill(log, 1);
    await phone.period(1);
    expect(phone.kept().fork).not.toBe(null);
  });

  test('[RUL50] nothing is fetched for a checkpoint that the policy does not take', async () => {
    const log = usesLog();
    fill(log, 100);
    const phone = device(log);
    log.withheld = true;
    await phone.period(3);
    expect(phone.fetched.flat().filter((path) => path.includes('tile'))).toEqual([]);
    expect(phone.kept().faults[0]?.rule).toBe('LOG104');
    log.withheld = false;
    await phone.period(2);
    expect([phone.kept().size, phone.kept().faults]).toEqual([100, []]);
  });

  test('a tile that does not hold changes nothing', async () => {
    const log = usesLog();
    fill(log, 100);
    let bends = false;
    const phone = device(log, {
      bend(path, bytes) {
        if (bends && path.includes('tile/entries')) bytes[50] = (bytes[50] ?? 0) ^ 1;
      },
    });
    await phone.period(2);
    fill(log, 20);
    bends = true;
    await phone.period(3);
    expect([phone.kept().size, phone.kept().fork]).toEqual([100, null]);
    expect(phone.kept().faults.length).toBeGreaterThan(0);
    bends = false;
    await phone.period(3);
    expect((await phone.read()).entries).toEqual(log.entries);
  });

  test('[RUL65] is held against those who vouch by the rules in force, and against nobody else', async () => {
    for (const restarts of [false, true]) {
      const log = usesLog();
      fill(log, 10);
      let inForce: string | null = null;
      const phone = device(log, { restarts, inForce: () => inForce });
      await phone.period(2);
      expect([phone.kept().size, phone.kept().policy]).toEqual([10, null]);
      fill(log, 10);
      await phone.period();
      // Half fetched when the rules change: what vouched for it counts no longer.
      inForce = log.policyWith(1);
      await phone.period(2);
      expect(phone.kept().size).toBe(10);
      expect(phone.kept().faults.map(({ rule }) => rule)).toEqual(['LOG104']);
      log.witnesses = [1];
      await phone.period(3);
      expect([phone.kept().size, phone.kept().policy, phone.kept().faults]).toEqual([20, inForce, []]);
    }
  });
});
