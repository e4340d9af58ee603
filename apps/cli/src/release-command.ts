import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type BuiltRelease, ReleaseRefused } from '@aboveboard/dataset/release/release-build';
import type { ReleaseAsk } from '@aboveboard/dataset/release/release-plan';
import type { MeasuredRisk } from '@aboveboard/dataset/release/risk-refusals';
import type { RiskReport, RiskThreshold } from '@aboveboard/dataset/risk/risk-report';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { openFolderSink } from './folder-sink.ts';
import { makeRelease } from './release-making.ts';
import { agreedShares } from './release-risk.ts';
import { releaseSources } from './release-sources.ts';

export type FolderBuild = {
  name: string;
  version: number;
  purpose: string;
  ask: ReleaseAsk;
  grant?: string;
  risk: string;
  threshold: RiskThreshold;
  out: string;
  keys: string;
};

/** The folder is there whole or not at all, and its keys with it. */
export async function buildFolder(
  context: CommandContext,
  options: FolderBuild,
): Promise<BuiltRelease & { digest: string }> {
  const { name, version, purpose, ask, out, keys } = options;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new UsageError('--name is lower case, digits, hyphens.');
  if (!relative(resolve(out), resolve(keys)).startsWith('..'))
    throw new UsageError('--keys lies outside of the folder of the release.');
  const measured = await readRisk(options.risk, options.threshold);
  const sink = await openFolderSink(out);
  try {
    const installation = await context.installation({ opens: true });
    const made = await makeRelease(
      await releaseSources(installation, options.grant),
      {
        secret: new Uint8Array(randomBytes(32)),
        ask,
        head: { name, version, purpose, software: { name: 'aboveboard', version: '0.1.0' } },
        risk: { ...measured, agreed: await agreedShares(installation) },
      },
      sink,
      {
        progress: context.progress,
        logged: async (manifest, recordings) => {
          const act = { kind: 'dataset' as const, dataset: name, version, manifest, recordings };
          await installation.uses.record({ role: 'researcher', account: null }, act);
        },
      },
    );
    const file = { format: 'aboveboard-release-keys', release: made.manifest.id, keys: made.keys };
    await writeFile(keys, `${JSON.stringify(file)}\n`, { mode: 0o600, flag: 'wx' });
    await sink.finish();
    return made;
  } catch (error) {
    await sink.discard();
    if (!(error instanceof ReleaseRefused)) throw error;
    const rules = error.refusals.map(({ rule, message }) => `${rule}: ${message}`);
    throw new CommandFailure(`No release:\n${rules.join('\n')}`);
  }
}

async function readRisk(file: string, threshold: RiskThreshold): Promise<Omit<MeasuredRisk, 'agreed'>> {
  const bytes = await readFile(file).catch(() => {
    throw new UsageError('--risk is no file.');
  });
  try {
    const report = JSON.parse(bytes.toString('utf8')) as RiskReport;
    if (
      report.format !== 'aboveboard-risk' ||
      !Array.isArray(report.naming) ||
      !Array.isArray(report.linking)
    )
      throw new TypeError('not a report');
    return { report, digest: createHash('sha256').update(bytes).digest('hex'), threshold };
  } catch (cause) {
    throw new CommandFailure('--risk is no report of `aboveboard risk --json`.', { cause });
  }
}
