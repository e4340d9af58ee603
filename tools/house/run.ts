import { fileURLToPath } from 'node:url';
import { CHECKS } from './checks.ts';
import { readRepository } from './repository.ts';

// npm run house [-- --json]: holds the repository to its own rules; exit code 1 if it breaks one.
const repository = readRepository(fileURLToPath(new URL('../../', import.meta.url)));
const results = CHECKS.map(({ name, run }) => ({ name, findings: run(repository) }));
const count = results.reduce((sum, { findings }) => sum + findings.length, 0);

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(results, null, 2));
} else {
  for (const { name, findings } of results) {
    if (findings.length > 0) console.log(`${name}:`);
    for (const { at, message } of findings) console.log(`  ${at}: ${message}`);
  }
  console.log(`house: ${CHECKS.length} checks of ${repository.size} files, ${count} findings`);
}
process.exitCode = count === 0 ? 0 : 1;
