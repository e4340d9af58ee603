import { XDisplay } from '../src/x11/display.ts';
import { makeWindow } from './x11-stage.ts';

// A client of its own: shows a window whenever it is told the class, and lies about its process.
const [, , name] = process.argv;
const display = await XDisplay.connect(name, () => process.exit());
process.stdin.on('data', async (said: Buffer) => {
  const id = makeWindow(display, said.toString().trim(), { x: 10, y: 500, width: 50, height: 50 });
  const pid = Buffer.alloc(4);
  pid.writeUInt32LE(1);
  display.client.ChangeProperty(0, id, await display.atom('_NET_WM_PID'), CARDINAL, 32, pid);
  await display.ask((done) => display.client.GetInputFocus(done));
  process.stdout.write('there\n');
});
process.stdout.write('ready\n');
const CARDINAL = 6;
