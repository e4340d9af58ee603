import { createRequire } from 'node:module';
import { makeProgram } from './program.ts';

// Whoever reads from us may have read enough (`| head`): that is no fault of this command's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
process.exitCode = await makeProgram({ version, stdout: process.stdout, stderr: process.stderr }).run(
  process.argv.slice(2),
);
