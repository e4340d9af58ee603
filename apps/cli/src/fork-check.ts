import { readFile, writeFile } from 'node:fs/promises';
import type { SignedCheckpoint } from '@aboveboard/tlog/checkpoint';
import { type ForkEvidence, formatFork, parseFork, verifyFork } from '@aboveboard/tlog/fork-evidence';
import { forkFromTiles } from '@aboveboard/tlog/fork-search';
import { LogError } from '@aboveboard/tlog/log-fault';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { faultLines, readPolicy } from './trust-file.ts';

const UNSHOWN = 'LOG152';

/** `aboveboard log fork`: are both heads the log's, and what shows that they can't both be true? Offline. */
export async function showFork(
  path: string,
  options: { policy: string },
  context: CommandContext,
): Promise<void> {
  const policy = await readPolicy(options.policy);
  const bytes = await readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  const parsed = parseFork(new Uint8Array(bytes));
  if (!parsed.ok) throw new CommandFailure(`${path} holds no two heads:\n${faultLines(parsed.faults)}`);
  const evidence = parsed.value;
  const keys = policy.logs.map(({ key }) => key);
  const verified = verifyFork(evidence, keys);
  const isShown = verified.ok;
  const faults = verified.ok ? [] : verified.faults;
  if (faults.some(({ rule }) => rule !== UNSHOWN)) {
    throw new CommandFailure(`This shows nothing about a log that you trust:\n${faultLines(faults)}`);
  }
  const heads = [evidence.first, evidence.second].map(({ checkpoint: { size, root } }) => ({
    size,
    root: Buffer.from(root).toString('hex'),
  }));
  const { origin } = evidence.first.checkpoint;
  context.result({ origin, heads, isShown, by: evidence.shown?.kind ?? (isShown ? 'roots' : null) });
  context.print(`Two heads, both signed by ${origin} under keys of your policy:`);
  for (const { size, root } of heads) context.print(`  ${String(size).padStart(8)} entries  ${root}`);
  if (!isShown) {
    throw new CommandFailure(
      'Nothing here shows that they contradict each other, and nothing that they agree. Ask the log, or anyone who has ' +
        'a copy of it, whether the larger continues the smaller: "aboveboard log verify --since" does.',
    );
  }
  for (const line of whatShows(evidence)) context.print(line);
  context.print(
    'They can’t both be true: this log showed two histories. Whoever has its keys can check this file.',
  );
}

/** In words, for whoever has never seen such a file. */
function whatShows({ first, second, shown }: ForkEvidence): string[] {
  const { size } = first.checkpoint;
  if (shown?.kind === 'entries') {
    return [`Entry ${shown.index} is proved to be one thing under the first, and another under the second.`];
  }
  if (shown?.kind !== 'start') return ['They are of one size, and their roots differ.'];
  return [
    `When the second log had ${size} entries its root was ${Buffer.from(shown.root).toString('hex')},`,
    `as a proof of ${shown.proof.length} hashes up to its ${second.checkpoint.size} entries shows; the first says otherwise.`,
  ];
}

/** Writes both heads, with what shows that they contradict each other if the log still gives it; says what it kept. */
export async function keepContradiction(
  before: SignedCheckpoint,
  now: SignedCheckpoint,
  source: TileSource,
  path: string,
): Promise<CommandFailure> {
  const evidence = await forkFromTiles([before, now], source).catch((error: unknown) => {
    if (error instanceof LogError || error instanceof RangeError) return null;
    throw error;
  });
  const alone: ForkEvidence = { first: now, second: before, shown: null };
  await writeFile(path, formatFork(evidence ?? alone));
  if (evidence) {
    return new CommandFailure(
      'Both checkpoints are signed, and the later is no continuation of the earlier: the log shows two histories. ' +
        `What shows it to anyone is in ${path}; "aboveboard log fork" says it in words.`,
    );
  }
  const { size } = before.checkpoint;
  return new CommandFailure(
    `The log had signed ${size} entries before and shows ${now.checkpoint.size} now: it shows an old head again, or was ` +
      `set back. That alone proves nothing, and it gives nothing of the rest. Both heads are kept in ${path}.`,
  );
}
