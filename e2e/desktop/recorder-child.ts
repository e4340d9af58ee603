import { runRecorder } from '@aboveboard/desktop/recorder-run';
import { APPS } from './fault-apps.ts';

// A recorder in a process of its own, which records at once; it is killed from outside.
const folder = process.argv[2] as string;
const { daemon } = await runRecorder({ folder, rules: { apps: APPS }, environment: process.env });
await daemon.agree();
await daemon.start('Write a letter');
const timer = setInterval(() => {
  if (daemon.taking.length === 0) return;
  clearInterval(timer);
  process.stdout.write('recording\n');
}, 50);
