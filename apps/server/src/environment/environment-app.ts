import { EnvironmentEnded, TaskEnvironment } from '@aboveboard/dataset/environment';
import { anthropic } from '@aboveboard/dataset/export/anthropic';
import type { Dialect } from '@aboveboard/dataset/export/dialect';
import type { ModelAction } from '@aboveboard/dataset/export/model-action';
import { openai } from '@aboveboard/dataset/export/openai';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { uiTars } from '@aboveboard/dataset/export/ui-tars';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Observation, TaskReplay } from './task-replay.ts';

const DIALECTS: readonly Dialect[] = [pyautogui, openai, anthropic, uiTars];
const CALLS_AT_ONCE = 100;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * A recorded task over HTTP, for one agent at a time (spec/environment.md):
 *
 *   GET  /                 what is to be done, and which dialects are spoken
 *   POST /reset            back to the beginning -> observation
 *   GET  /observation      where the agent is: size, interface tree, address of the picture
 *   GET  /picture/NODE     the picture, PNG
 *   POST /act              { dialect, calls } -> the answers, in order, and the observation afterwards
 *   POST /done             the end of the episode, for dialects that can't say it -> as /act
 */
export function environmentApp(task: TaskReplay): Hono {
  const environment = new TaskEnvironment(task.steps, task.final);
  const app = new Hono();

  const observation = () => {
    const { width, height, tree } = shown();
    const { node, ended } = environment;
    return { node, ended, width, height, picture: `/picture/${node}`, tree };
  };
  const shown = () => task.observations.get(environment.node) as Observation;

  // A page of the web must not reach it, by a foreign origin or by a name that resolves to this computer.
  app.use(async (c, next) => {
    if (!LOOPBACK.test(c.req.header('host') ?? '') || c.req.header('origin') !== undefined) {
      return c.json({ error: 'This is for programs on this computer, not for web pages.' }, 403);
    }
    return next();
  });
  app.use(bodyLimit({ maxSize: 1 << 20 }));
  app.get('/', (c) =>
    c.json({
      instruction: task.instruction,
      actions: task.steps.filter((step) => step.done !== null).length,
      dialects: DIALECTS.map(({ name, loses }) => ({ name, loses })),
      checks: task.checks.map(({ check }) => check),
    }),
  );
  app.post('/reset', (c) => {
    environment.reset();
    return c.json(observation());
  });
  app.get('/observation', (c) => c.json(observation()));
  app.get('/picture/:node', (c) => {
    const found = task.observations.get(c.req.param('node'));
    if (!found) return c.json({ error: 'There is no such picture.' }, 404);
    return c.body(new Uint8Array(found.png), 200, { 'content-type': 'image/png' });
  });
  app.post('/act', async (c) => {
    const given = (await c.req.json().catch(() => null)) as { dialect?: unknown; calls?: unknown } | null;
    const dialect = DIALECTS.find(({ name }) => name === given?.dialect);
    if (!dialect) {
      const names = DIALECTS.map(({ name }) => name).join(', ');
      return c.json({ error: `"dialect" is one of: ${names}.` }, 400);
    }
    if (!Array.isArray(given?.calls) || given.calls.length === 0 || given.calls.length > CALLS_AT_ONCE) {
      return c.json({ error: `"calls" is a list of 1 to ${CALLS_AT_ONCE} calls.` }, 400);
    }
    const actions = dialect.read(given.calls, shown());
    if (!actions) return c.json({ error: `The calls are not ${dialect.name}.` }, 400);
    return act(c, actions);
  });
  app.post('/done', (c) => act(c, [{ kind: 'done', success: true }]));
  return app;

  function act(c: Context, actions: readonly ModelAction[]): Response {
    try {
      const answers = actions.map((action) => environment.act(action));
      const success = environment.ended && environment.atFinalNode && task.checks.every(({ holds }) => holds);
      return c.json({ answers, ...(environment.ended ? { success } : {}), observation: observation() });
    } catch (error) {
      if (error instanceof EnvironmentEnded) return c.json({ error: `${error.message}.` }, 409);
      throw error;
    }
  }
}
