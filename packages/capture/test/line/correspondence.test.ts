import { describe, expect, test } from 'vitest';
import type { CellLine, Question, Reply } from '../../src/cell-line.ts';
import { type Answer, Correspondence, LineGivenUp } from '../../src/line/correspondence.ts';

const answer = (status: number): Answer => ({
  status,
  type: '',
  retryAfter: 0,
  body: new Uint8Array([status & 255]),
});

/** A line and a store that outlive the process that uses them. */
function device() {
  const inLine = new Map<string, Question>();
  let stored: Record<string, Answer> = {};
  const line: CellLine = {
    ask: async (key, question) => void (inLine.has(key) || inLine.set(key, question)),
    withdraw: async (key) => void inLine.delete(key),
    waiting: async () => [...inLine.keys()],
    collect: async () => null,
    leave: async () => undefined,
  };
  const kept = {
    get: async () => structuredClone(stored),
    put: async (value: Record<string, Answer>) => {
      stored = structuredClone(value);
    },
    remove: async () => {
      stored = {};
    },
  };
  const begin = () => new Correspondence(line, kept, crypto.subtle);
  /** What the next cell brings to this process. */
  const bring = async (to: Correspondence, status = 200) => {
    const replies = new Map<string, Reply>([...inLine.keys()].map((key) => [key, answer(status)]));
    inLine.clear();
    await to.deliver(replies);
  };
  return { begin, bring, inLine, stored: () => stored };
}

const ask = (path: string): Question => ({ method: 'GET', path });

describe('a matter of several periods', () => {
  test('[RLY27] goes on where it was in a process that ends after every answer', async () => {
    const { begin, bring, inLine } = device();
    const steps = ['/api/a', '/api/b', '/api/c'];
    let done: string[] = [];
    for (let process = 0; process < steps.length + 1; process++) {
      const post = begin();
      done = [];
      const flow = (async () => {
        for (const path of steps) {
          await post.ask('join', ask(path));
          done.push(path);
        }
      })();
      flow.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(inLine.size).toBeLessThanOrEqual(1);
      await bring(post);
      // The process ends here.
      post.abandon();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(done).toEqual(steps);
  });

  test('asks the same once for all who wait, and another body as another question', async () => {
    const { begin, bring, inLine } = device();
    const post = begin();
    const put = (byte: number): Question => ({
      method: 'PUT',
      path: '/api/x',
      type: 'bytes',
      body: new Uint8Array([byte]),
    });
    const all = Promise.all([post.ask('m', put(1)), post.ask('m', put(1)), post.ask('m', put(2))]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(inLine.size).toBe(2);
    await bring(post);
    expect((await all).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('keeps no answer of a server that is busy or broken, and nothing of a matter that is closed', async () => {
    const { begin, bring, inLine, stored } = device();
    const post = begin();
    for (const status of [503, 429, 408]) {
      const asked = post.ask('m', ask('/api/a'));
      await new Promise((resolve) => setTimeout(resolve, 5));
      await bring(post, status);
      expect((await asked).status).toBe(status);
      expect(Object.keys(stored())).toEqual([]);
    }
    const lasting = post.ask('m', ask('/api/a'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bring(post, 401);
    await lasting;
    expect(Object.keys(stored())).toHaveLength(1);
    const waiting = post.ask('m', ask('/api/b'));
    waiting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await post.close('m');
    expect([Object.keys(stored()).length, inLine.size]).toEqual([0, 0]);
  });

  test('tells whoever waits that the line is given up, and takes no answers of others', async () => {
    const { begin } = device();
    const post = begin();
    const waiting = post.ask('m', ask('/api/a'));
    const told = expect(waiting).rejects.toBeInstanceOf(LineGivenUp);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await post.deliver(new Map([['rules checkpoint', answer(200)]]));
    post.abandon();
    await told;
  });
});
