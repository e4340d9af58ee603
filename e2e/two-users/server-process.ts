import { makeAccountClaims } from '@aboveboard/server/identity/account-claims';
import { makeLog } from '@aboveboard/server/log';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { startServer } from '@aboveboard/server/start';
import { PERIOD_SECONDS } from '../production-installation.ts';
import type { ServerAsked } from './two-users.ts';

// A production server as a user of its own, whose relay speaks each second. What the operator types elsewhere (an
// invitation) and what a steward sends from her page (an entry of the rules), it is told by whoever started it.
const [data = '', port = '0'] = process.argv.slice(2);
const server = await startServer({
  ...{ data, demo: false, port: Number(port), log: makeLog('silent') },
  relayPeriodSeconds: PERIOD_SECONDS,
  limits: { signInsPerMinute: 1_000, signInsPerMinuteOfAddress: 1_000 },
});
const { logs, database } = server.installation.inner;
const rules = makeRulesLog(logs.rules);
const claims = makeAccountClaims(database);

async function answer(asked: ServerAsked): Promise<unknown> {
  if (asked.ask === 'invite') return claims.invite(asked.role, 1);
  if (asked.ask === 'enter') return rules.submit(new Uint8Array(Buffer.from(asked.entry, 'base64')));
  await server.stop();
  return null;
}

process.on('disconnect', () => void server.stop().then(() => process.exit(0)));
process.on('message', (asked: ServerAsked & { id: number }) => {
  answer(asked).then(
    (said) => process.send?.({ id: asked.id, said: said ?? null }),
    (error: unknown) => process.send?.({ id: asked.id, fault: String(error) }),
  );
});
process.send?.({
  url: server.url,
  uid: process.getuid?.(),
  verifierKeys: { rules: logs.rules.verifierKeys, uses: logs.uses.verifierKeys },
});
