import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { ATTESTATION_NAME } from '@aboveboard/dataset/release/attestation';
import { CROISSANT_NAME, croissantBytes } from '@aboveboard/dataset/release/croissant';
import type { KeptTasks } from '@aboveboard/dataset/release/kept-tasks';
import {
  type BuiltRelease,
  type ReleaseHead,
  ReleaseRefused,
} from '@aboveboard/dataset/release/release-build';
import { manifestBytes } from '@aboveboard/dataset/release/release-manifest';
import type { ReleaseAsk } from '@aboveboard/dataset/release/release-plan';
import type { MeasuredRisk } from '@aboveboard/dataset/release/risk-refusals';
import type { RiskReport, RiskThreshold } from '@aboveboard/dataset/risk/risk-report';
import { actorOf } from '@aboveboard/server/logs/uses-log';
import { Refusal } from '@aboveboard/server/refusal';
import { alonePerName } from '@aboveboard/server/releases/build-lock';
import { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { roomSaid } from './build-room.ts';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { attestRelease } from './release-attestation.ts';
import { makeWithCrew } from './release-crew.ts';
import { BuildCancelled } from './release-jobs.ts';
import { type Logged, makeRelease } from './release-making.ts';
import { writeOrigins } from './release-origins.ts';
import { agreedShares } from './release-risk.ts';
import { type ChosenRecordings, chooseRecordings, openSources } from './release-sources.ts';
import { openWorkplace } from './release-workplace.ts';
import { keepYoungObjectsFew } from './young-objects.ts';

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
  /** A file that says of which recording each task was made (REL114); none unless told. */
  origins?: string;
  /** Browsers that draw pictures at once; null: none are drawn. */
  browsers: number | null;
  /** Processes that share the work, this one among them, beside all that run already; null: this one alone, without a queue. */
  workers?: number | null;
};

/**
 * The folder is there whole or not at all, and its keys with it. A build that ended halfway goes on where it was when the same is asked
 * for again and the same recordings may be read (REL5).
 */
export async function buildFolder(
  context: CommandContext,
  options: FolderBuild,
): Promise<BuiltRelease & { digest: string }> {
  const { name, out, keys, browsers } = options;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new UsageError('--name is lower case, digits, hyphens.');
  for (const [option, file] of [
    ['--keys', keys],
    ['--origins', options.origins],
  ] as const)
    if (file !== undefined && !relative(resolve(out), resolve(file)).startsWith('..'))
      throw new UsageError(`${option} lies outside of the folder of the release.`);
  const measured = await readRisk(options.risk, options.threshold);
  keepYoungObjectsFew();
  const installation = await context.installation({ opens: true });
  const chosen = await chooseRecordings(installation, options.grant);
  const pool = browsers === null ? null : await openPool(browsers);
  try {
    const names = [`folder ${resolve(out)}`, `release ${name} ${options.version}`];
    const alone = await alonePerName(installation.inner.databaseUrl, names, () =>
      buildChosen(context, options, { installation, chosen, measured, pool }),
    ).catch((error) => {
      throw roomSaid(error);
    });
    if (!alone) throw new CommandFailure('REL123: another command builds this release, or into that folder.');
    return alone.made;
  } finally {
    await pool?.close();
  }
}

type Begun = {
  installation: Awaited<ReturnType<CommandContext['installation']>>;
  chosen: ChosenRecordings;
  measured: Omit<MeasuredRisk, 'agreed'>;
  pool: FramePool | null;
};

async function buildChosen(
  context: CommandContext,
  options: FolderBuild,
  { installation, chosen, measured, pool }: Begun,
): Promise<BuiltRelease & { digest: string }> {
  const { name, version, purpose, ask, out, keys, browsers } = options;
  const software = { name: 'aboveboard', version: '0.1.0' };
  // A build that goes on with another browser would have pictures of two.
  const head: ReleaseHead = { name, version, purpose, software, ...(pool ? { drawnBy: pool.drawnBy } : {}) };
  const place = await openWorkplace(out, { head, ask, keys: resolve(keys), recordings: chosen.ids });
  let done = place.found;
  try {
    if (place.found === 0 && existsSync(keys))
      throw new UsageError('--keys is a file that is there already.');
    if (place.found === 0 && (await installation.releases.isTaken(name, version)))
      throw new UsageError('LIN2: there is a release of that name and number. Take the next number.');
    if (place.found > 0) context.note(`Goes on with a build that ended after ${place.found} tasks.`);
    const sources = await openSources(installation, chosen, purpose);
    const secret = await sources.secret(place.salt);
    const of = { secret, ask, head, risk: { ...measured, agreed: await agreedShares(installation) } };
    const kept: KeptTasks = {
      ...place.kept,
      async keep(said) {
        await place.kept.keep(said);
        done++;
      },
    };
    const logged: Logged = async (manifest, recordings, tasks, said) => {
      const count = recordings.length;
      const grant = options.grant ?? null;
      const attestation = await attestRelease({ manifest: said, digest: manifest }, grant, installation);
      await place.write(ATTESTATION_NAME, attestation.bytes);
      const bytes = manifestBytes(said).length;
      const described = { manifest: said, digest: manifest, bytes, published: place.day, plain: false };
      await place.write(CROISSANT_NAME, croissantBytes(described));
      const act = { kind: 'dataset' as const, dataset: name, version, manifest, recordings: count };
      // Under a key: a build that goes on after this says it once. Of what it said of another grant, that it did (REL74).
      await installation.uses.record(
        actorOf(chosen.by),
        { ...act, attestation: attestation.digest },
        `dataset:${attestation.digest}`,
      );
      const entered = { release: manifest, name, version, purpose, grant, by: chosen.by, recordings };
      // Before the release is whole: there is none that the register does not have (LIN1).
      await installation.releases.enter(entered).catch(inWords);
      if (options.origins !== undefined) await writeOrigins(options.origins, manifest, tasks);
    };
    const { workers = null } = options;
    if (workers !== null) done++;
    const made =
      workers === null
        ? await makeRelease(
            sources,
            of,
            { write: place.write, kept },
            { progress: context.progress, pool, atOnce: browsers ?? 1, logged },
          )
        : await makeWithCrew(context, sources, of, {
            installation,
            place,
            wish: {
              ...{ name, version, purpose, grant: options.grant ?? null, by: chosen.by },
              ...{ folder: place.folder, drawnBy: pool?.drawnBy ?? null },
            },
            crew: { count: workers, browsers, pool },
            logged,
          });
    await writeKeys(keys, made);
    await place.finish(made.manifest);
    return made;
  } catch (error) {
    const isOver =
      error instanceof ReleaseRefused || error instanceof UsageError || error instanceof BuildCancelled;
    const goesOn = done > 0 && !isOver;
    if (goesOn) {
      place.leave();
      context.note('What is built is kept, sealed; the same command goes on with it.');
    } else await place.discard();
    if (!(error instanceof ReleaseRefused)) throw error;
    const rules = error.refusals.map(({ rule, message }) => `${rule}: ${message}`);
    throw new CommandFailure(`No release:\n${rules.join('\n')}`);
  }
}

/** The first browser is begun before anything of a recording is opened. */
function openPool(browsers: number): Promise<FramePool> {
  const start = () => FrameRenderer.start({ bars: true });
  return FramePool.open(start, { size: browsers }).catch((error: Error) => {
    throw new CommandFailure(error.message, { cause: error });
  });
}

function inWords(error: unknown): never {
  throw error instanceof Refusal ? new CommandFailure(error.message, { cause: error }) : error;
}

/** Whoever has them reads the tasks. Those of the same build may be there already. */
async function writeKeys(file: string, { manifest, keys }: BuiltRelease): Promise<void> {
  const said = `${JSON.stringify({ format: 'aboveboard-release-keys', release: manifest.id, keys })}\n`;
  const there = await readFile(file, 'utf8').catch(() => null);
  if (there === said) return;
  if (there !== null) throw new UsageError('--keys is a file that is there already.');
  try {
    await writeFile(`${file}.new`, said, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    await rm(`${file}.new`, { force: true });
    throw error;
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
