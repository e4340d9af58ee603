import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { makeControls } from '@aboveboard/server/controls/controls';
import { openGuardianWatch } from '@aboveboard/server/controls/guardian-watch';
import { folderPaths, runningServer } from '@aboveboard/server/data-folder';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { type CommandContext, CommandFailure } from './command.ts';

const SECONDS = 5;
const MARKS = { ok: 'ok       ', 'not-ok': 'NOT OK   ', unchecked: 'UNCHECKED' } as const;

/** Throws CommandFailure unless every control is in order (CTL1, CTL2). Enters nothing in any log. */
export async function reportControls(context: CommandContext, now: () => number): Promise<void> {
  const installation = await context.installation();
  const paths = folderPaths(context.data);
  const running = runningServer(context.data);
  const url = running?.url ?? null;
  const watch = await openGuardianWatch(paths, {
    ...{ policy: installation.inner.policy, uses: null, now },
    mayRun: () => undefined,
  });
  const controls = makeControls({
    ...{ installation, paths, watch, url, now },
    rules: makeRulesLog(installation.inner.logs.rules).state,
    frontPage: url === null ? null : () => frontPage(new URL(url)),
    // Of the server that runs; none: nothing is known of it.
    limitsFile: running ? `/proc/${running.pid}/limits` : '',
  });
  const shown = await controls({ role: 'operator', id: 'operator', steppedUp: false });
  context.result(shown);
  for (const { name, state, found, todo } of shown.controls) {
    context.print(`${MARKS[state]} ${name.padEnd(14)} ${found}`);
    if (todo) context.print(`${' '.repeat(25)}${todo}`);
  }
  for (const { says, by } of shown.waits) context.print(`waits     ${by ?? 'now'}: ${says}`);
  const wrong = shown.controls.filter(({ state }) => state !== 'ok').length;
  if (wrong > 0) throw new CommandFailure(`${wrong} of ${shown.controls.length} controls are not in order.`);
}

/** Of the server on this computer: its certificate is for a name that is not asked for here. */
function frontPage(url: URL): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? secure : plain;
    const sent = request(url, { rejectUnauthorized: false, timeout: SECONDS * 1000 }, (answer) => {
      answer.resume();
      const policy = answer.headers['content-security-policy'];
      const headers = new Headers(policy === undefined ? {} : { 'content-security-policy': String(policy) });
      resolve(new Response(null, { status: answer.statusCode ?? 500, headers }));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end();
  });
}
