import { createRequire } from 'node:module';
import { makeProgram } from './program.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
process.exitCode = await makeProgram({ version, stdout: process.stdout, stderr: process.stderr }).run(
  process.argv.slice(2),
);
