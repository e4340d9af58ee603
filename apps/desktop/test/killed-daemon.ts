import { memoryDaemon } from './memory-daemon.ts';

// Records clicks until it is killed, and says when each was made.
const { daemon, click } = await memoryDaemon(process.argv[2] as string);
await daemon.agree();
await daemon.start('Work of Quill');
setInterval(() => {
  click();
  process.stdout.write(`${performance.timeOrigin + performance.now()}\n`);
}, 50);
