import { startGuardian } from '../src/start.ts';

// A guardian in a process of its own, for tests that kill it. Its clock is set by the one who starts it.
const [data = '', server = '', now = '0'] = process.argv.slice(2);
const guardian = await startGuardian({ data, server, port: 0, now: () => Number(now) });
process.stdout.write(`${JSON.stringify({ url: guardian.url, setupLink: guardian.setupLink })}\n`);
