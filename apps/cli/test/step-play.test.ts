import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-play-'));
const bench = join(folder, 'bench');
const CODES = [
  'pyautogui.click(x=0.5, y=0.5)',
  "pyautogui.write(message='yes')",
  "computer.terminate(status='success')",
];
type Asked = {
  model: string;
  temperature: number;
  messages: { content: string | { text?: string; image_url?: { url: string } }[] }[];
};

let server: Server;
let url: string;
let asked: Asked[] = [];
/** What the model says to the nth question. */
let reply: (n: number) => { status?: number; body: string };
const said = (content: unknown) => ({
  body: JSON.stringify({
    choices: [{ message: { content } }],
    usage: { prompt_tokens: 900, completion_tokens: 100 },
  }),
});

beforeAll(async () => {
  mkdirSync(join(bench, 'tasks'), { recursive: true });
  mkdirSync(join(bench, 'images'));
  const image = PNG.sync.write(new PNG({ width: 40, height: 20 }));
  writeFileSync(join(bench, 'images', 'a.png'), image);
  const task = {
    task_id: 'a',
    high_level_task_description: 'Say yes',
    steps: [
      {
        image: 'a.png',
        ground_truth_actions: [
          {
            type: 'click',
            params: { position: { x: 0.5, y: 0.5 } },
            metadata: { bboxes: [{ rel_bbox: [0.4, 0.4, 0.2, 0.2] }] },
          },
        ],
      },
      { image: null, ground_truth_actions: [{ type: 'write', params: { text: 'yes' } }] },
      { image: null, ground_truth_actions: [{ type: 'terminate', params: { status: 'success' } }] },
    ],
  };
  writeFileSync(join(bench, 'tasks', 'a.json'), JSON.stringify(task));
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    asked.push(JSON.parse(text) as Asked);
    const { status = 200, body } = reply(asked.length - 1);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
});

async function run(...args: string[]) {
  let [out, err] = ['', ''];
  const program = makeProgram({
    version: '1',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  return { code: await program.run(['--json', 'eval', ...args]), out, err };
}
const play = (answers: string, model = 'm', ...more: string[]) =>
  run('play', bench, '--endpoint', url, '--model', model, '--answers', join(folder, answers), ...more);

describe('aboveboard eval play', () => {
  it('[MEP20] asks each step with its picture and what was done before, never with what is to be done; and is scored', async () => {
    reply = (n) => said(`I think about it.\n\`\`\`python\n${CODES[n]}\n\`\`\``);
    const { code, out } = await play('all.jsonl');
    expect({ code, ...JSON.parse(out) }).toEqual({
      code: 0,
      questions: 3,
      asked: 3,
      tokens: { asked: 2700, answered: 300 },
      rejected: 0,
    });
    const texts = asked.map(({ messages }) => JSON.stringify(messages[1]?.content));
    expect(texts[0]).toContain('data:image/png;base64,iVBORw0KGgo');
    expect(texts[1]).not.toContain('image_url');
    expect(texts[0]).toContain('Nothing was done so far');
    expect(texts[1]).toContain('1. pyautogui.click(x=0.5000, y=0.5000)');
    expect(texts[1]).not.toContain('yes\\\\"');
    expect(texts[2]).toContain('2. pyautogui.write(message=');
    expect(asked[0]).toMatchObject({ model: 'm', temperature: 0 });
    const scored = await run('steps', bench, '--answers', join(folder, 'all.jsonl'));
    expect(JSON.parse(scored.out).score).toMatchObject({ steps: 3, unanswered: 0, score: { mean: 1 } });
  });

  it('[MEP21] takes the last block or the last call, evaluates nothing, and keeps apart what is no reply', async () => {
    const replies = [
      said('First pyautogui.click(x=1, y=1)\npyautogui.click(x=0.5, y=0.5)\nThat is it.'),
      said("__import__('os').system('touch evaluated')"),
      { body: '<html>not a model</html>' },
    ];
    reply = (n) => replies[n] ?? said('');
    const { code, out } = await play('odd.jsonl');
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, asked: 3, rejected: 1 });
    const lines = readFileSync(join(folder, 'odd.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { actions: unknown }).actions)).toEqual([
      [{ type: 'click', x: 0.5, y: 0.5 }],
      [],
    ]);
    expect(readFileSync(join(folder, 'odd.jsonl.rejected'), 'utf8')).toContain('not a model');
    expect(existsSync('evaluated')).toBe(false);
    // Only what has no answer is asked again.
    reply = () => said(CODES[2]);
    expect(JSON.parse((await play('odd.jsonl')).out)).toMatchObject({ asked: 1, rejected: 0 });
  });

  it('[MEP22] goes on after a cut-off line, and asks no question twice', async () => {
    reply = (n) => said(CODES[n]);
    await play('cut.jsonl');
    const file = join(folder, 'cut.jsonl');
    const whole = readFileSync(file, 'utf8');
    const lines = whole.split('\n');
    writeFileSync(file, `${lines[0]}\n`);
    appendFileSync(file, (lines[1] as string).slice(0, 30));
    asked = [];
    reply = (n) => said(CODES[n + 1]);
    expect(JSON.parse((await play('cut.jsonl')).out)).toMatchObject({ asked: 2 });
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('[MEP20] refuses answers of another model, and a file that is something else', async () => {
    reply = (n) => said(CODES[n]);
    await play('model.jsonl');
    const before = readFileSync(join(folder, 'model.jsonl'), 'utf8');
    expect(await play('model.jsonl', 'another')).toMatchObject({ code: 2 });
    expect(readFileSync(join(folder, 'model.jsonl'), 'utf8')).toBe(before);
    writeFileSync(join(folder, 'else.jsonl'), '{"a":1}\n');
    expect(await play('else.jsonl')).toMatchObject({ code: 2 });
    expect(readFileSync(join(folder, 'else.jsonl'), 'utf8')).toBe('{"a":1}\n');
  });

  it('[MEP1] an endpoint outside is refused, and leaves no answers', async () => {
    const { code, err } = await run(
      ...['play', bench, '--endpoint', 'https://203.0.113.7/v1', '--model', 'm'],
      ...['--answers', join(folder, 'outside.jsonl')],
    );
    expect(code).toBe(1);
    expect(err).toContain('203.0.113.7');
    expect(readFileSync(join(folder, 'outside.jsonl'), 'utf8')).toBe('');
    expect(asked).toEqual([]);
  });

  it.each([
    [['--style', 'other'], '--style'],
    [['--inside', '0.0.0.0/0'], '--inside'],
    [['--timeout', '0'], '--timeout'],
    [['--key', '/nowhere'], '--key'],
  ])('says how it is called: %j', async (more, about) => {
    const { code, err } = await play('usage.jsonl', 'm', ...more);
    expect(code).toBe(2);
    expect(err).toContain(about);
  });
});
