import type { ReleaseAsk, ReleaseLevel } from '@aboveboard/dataset/release/release-plan';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';
import { type EndpointFlags, endpointOf, printAsked, withEndpoint } from '../endpoint-options.ts';
import type { AttestationTrust } from '../release-attestation.ts';
import { addApart } from './dataset-apart.ts';
import { addBuilds } from './dataset-builds.ts';

const LEVELS: readonly ReleaseLevel[] = ['vault', 'release', 'open'];

type AskOptions = { level: string; grant?: string; worked?: true; leastSteps?: string; near?: string };
type BuildOptions = AskOptions & {
  name: string;
  release: string;
  purpose: string;
  risk: string;
  naming: string;
  linking: string;
  out: string;
  keys: string;
  origins?: string;
  pictures?: true;
  browsers: string;
  workers?: string;
};

export function register(program: Command, context: CommandContext): void {
  const dataset = program
    .command('dataset')
    .helpGroup(GROUPS.datasets)
    .summary('plan, build, verify, compare and export releases')
    .description(
      'Releases (spec/release.md): an immutable manifest and encrypted shards, of ten people at least, within the threshold ' +
        'of risk. A refusal names its rule.',
    );

  addApart(dataset, context);
  addBuilds(dataset, context);

  asking(dataset.command('plan'))
    .description('What a release would hold and whether it may be made; writes nothing')
    .action(async (options: AskOptions) => {
      const ask = askOf(options);
      const { randomBytes } = await import('node:crypto');
      const { planFrom } = await import('../release-making.ts');
      const { releaseSources } = await import('../release-sources.ts');
      const installation = await context.installation({ opens: true });
      const sources = await releaseSources(installation, options.grant);
      const { plan } = await planFrom(sources, new Uint8Array(randomBytes(32)), ask, context.progress);
      // People and counts under ten are not told, here neither (T15).
      const tens = (count: number) => 10 * Math.floor(count / 10);
      const leftOut = plan.leftOut.map(({ rule, count }) => ({ rule, count: tens(count) }));
      const { level, refusals } = plan;
      const { recordings, whole, withoutSubgoal, toldByGoal } = plan.cut;
      const cut = {
        recordings: tens(recordings),
        whole: tens(whole),
        withoutSubgoal: tens(withoutSubgoal),
        toldByGoal: tens(toldByGoal),
      };
      const [tasks, people] = [tens(plan.tasks.length), tens(plan.people)];
      context.result({ level, tasks, people, leftOut, cut, refusals });
      context.print(`tasks       at least ${tasks}, of at least ${people} people`);
      for (const { rule, count } of leftOut) context.print(`left out    at least ${count} by ${rule}`);
      if (cut.recordings > 0)
        context.print(
          `in parts    at least ${cut.recordings} recordings, ${cut.toldByGoal} told by their goal (MOV53)`,
        );
      if (cut.whole > 0)
        context.print(`whole       at least ${cut.whole} longer ones that a cohort did alike`);
      for (const { rule, message } of refusals) context.print(`refused     ${rule}: ${message}`);
    });

  asking(dataset.command('risk'))
    .description(
      'Measure how well the people of a release can be named and their tasks linked, from the very recordings that it would ' +
        'hold. The report is good for a build of these alone. A refusal or too few recordings is exit code 1.',
    )
    .requiredOption('--out <file>', 'the report, a new file')
    .option('--rounds <n>', 'how often the held-out recordings are drawn anew', '2')
    .action(async (options: AskOptions & { out: string; rounds: string }) => {
      const ask = askOf(options);
      if (ask.level !== 'release') throw new UsageError('The risk of a release is measured at release.');
      const rounds = Number(options.rounds);
      if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 50))
        throw new UsageError('--rounds is a whole number from 1 to 50.');
      const { writeFile } = await import('node:fs/promises');
      const { randomBytes } = await import('node:crypto');
      const { EFFORT } = await import('@aboveboard/dataset/risk/risk-job');
      const { measureRelease } = await import('../release-risk.ts');
      const { releaseSources } = await import('../release-sources.ts');
      const installation = await context.installation({ opens: true });
      const report = await measureRelease(await releaseSources(installation, options.grant), {
        ask,
        secret: new Uint8Array(randomBytes(32)),
        effort: { ...EFFORT, rounds },
        seed: 1,
        threads: 2,
        progress: context.progress,
      });
      await writeFile(options.out, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      context.result({ out: options.out, inputs: report.inputs });
      context.print(`measured    ${report.sessions} recordings, into ${options.out}`);
    });

  asking(dataset.command('build'))
    .description(
      'Build a release into a new folder. Its digest is in the log of uses before the release is whole. ' +
        'The keys go to a file of their own: whoever has it reads the tasks.',
    )
    .requiredOption('--name <name>', 'lower case, digits, hyphens')
    .requiredOption('--release <n>', 'number of the release of that name')
    .requiredOption('--purpose <purpose>', 'of the agreement')
    .requiredOption('--risk <file>', 'what `aboveboard dataset risk` measured of the same recordings')
    .requiredOption('--naming <percent>', 'the share of 5-minute tasks whose person may be named')
    .requiredOption('--linking <percent>', 'the share of pairs of 5-minute tasks that may be linked')
    .requiredOption('--out <dir>', 'a folder that does not exist yet, or is empty')
    .requiredOption('--keys <file>', 'a new file, outside of that folder')
    .option('--origins <file>', 'of which recording each task is, for `dataset apart`; it stays inside')
    .option(
      '--pictures',
      'draw the page before each step, in headless Chromium; without it trees have no boxes',
    )
    .option('--browsers <n>', 'how many draw at once; the release is the same', '2')
    .option(
      '--workers <n>',
      'share the work among so many processes here, this one among them, and with every `aboveboard worker`; the release is the same',
    )
    .action(async (options: BuildOptions) => {
      const ask = askOf(options);
      if (ask.level === 'vault')
        throw new UsageError('REL17: at vault there is a plan, and nothing to hand on.');
      const { buildFolder } = await import('../release-command.ts');
      const version = Number(options.release);
      if (!Number.isInteger(version) || version < 1) throw new UsageError('--release is a number from 1.');
      const browsers = Number(options.browsers);
      if (!(Number.isInteger(browsers) && browsers >= 1 && browsers <= 64))
        throw new UsageError('--browsers is a whole number from 1 to 64.');
      const workers = options.workers === undefined ? null : Number(options.workers);
      if (workers !== null && !(Number.isInteger(workers) && workers >= 0 && workers <= 64))
        throw new UsageError('--workers is a whole number from 0 to 64.');
      const { digest, manifest } = await buildFolder(context, {
        ...options,
        workers,
        browsers: options.pictures ? browsers : null,
        ask,
        version,
        threshold: { naming: share(options.naming), linking: share(options.linking) },
      });
      const { tasks, steps, trees, pictures, gaps } = manifest.counts;
      context.result({ out: options.out, digest, tasks, steps, trees, pictures, gaps });
      context.print(`release     ${manifest.name} ${manifest.version}: ${tasks} tasks, ${steps} steps`);
      if (options.pictures)
        context.print(`pictures    ${pictures}; ${gaps.pictures} steps could not be shown (REL47)`);
      context.print(`digest      ${digest}`);
    });

  dataset
    .command('withdrawals')
    .description(
      'Releases from which something was erased, and from which day on the next may be built without it (spec/lineage.md). ' +
        'Neither people nor recordings are named or counted.',
    )
    .action(async () => {
      const installation = await context.installation();
      const releases = await installation.releases.withdrawals();
      context.result({ releases });
      for (const { name, version, supersededOn, closesOn } of releases) {
        const next = closesOn ? `the next is built from ${closesOn} on` : 'the next may be built';
        context.print(`${name} ${version}  superseded on ${supersededOn}, ${next}`);
      }
      if (releases.length === 0) context.print('Nothing was withdrawn from a release.');
    });

  dataset
    .command('show <folder>')
    .description('What a release says of itself, as its card does; reads the manifest alone')
    .action(async (folder: string) => {
      const { readManifestIn } = await import('../release-folder.ts');
      const { cardText, shownPlainly } = await import('@aboveboard/dataset/release/card-page');
      const { cardSections } = await import('@aboveboard/dataset/messages/card-en');
      const { manifest, digest } = await readManifestIn(folder);
      const { tasks: _, ...said } = manifest;
      context.result({ digest, ...said, facts: cardSections(manifest) });
      const { counts, cohort, risk } = manifest;
      context.print(`release     ${manifest.name} ${manifest.version}, level ${manifest.level}`);
      context.print(`digest      ${digest}`);
      context.print(
        `holds       ${counts.tasks} tasks, ${counts.steps} steps, ${counts.trees} trees, ${counts.pictures} pictures`,
      );
      context.print(
        `gaps        ${counts.gaps.trees} steps without a tree, ${counts.gaps.pictures} without a picture`,
      );
      if (manifest.drawnBy) context.print(`drawn by    ${shownPlainly(manifest.drawnBy)}`);
      context.print(`card        ${manifest.card ? 'card.html' : 'none: it is of before there were cards'}`);
      context.print(`people      at least ${cohort.people}`);
      if (risk) context.print(`risk        naming ${percent(risk.naming)}, linking ${percent(risk.linking)}`);
      for (const line of cardText(manifest)) context.print(line);
    });

  dataset
    .command('verify <folder>')
    .description(
      'Read everything; name each shard that is missing, cut off, longer, damaged or none of the release, and what does not hold of ' +
        'what the installation signed of it',
    )
    .option('--policy <file>', 'whose logs you trust: what signs the log of uses has to have signed this')
    .option('--key <key>', 'a verifier key that you trust, or a file with it')
    .option('--log <where>', 'the log of uses, its address or a folder: it has to have this release')
    .action(async (folder: string, trust: AttestationTrust) => {
      const { checkReleaseFolder, readManifestIn } = await import('../release-folder.ts');
      const { verifyAttestation } = await import('../release-attestation.ts');
      const { faults, shards, manifest } = await checkReleaseFolder(folder);
      const said = manifest && (await verifyAttestation(folder, await readManifestIn(folder), trust));
      faults.push(...(said?.faults ?? []));
      const { statement = null, signedBy = [], entry = null } = said ?? {};
      context.result({ shards, faults, attestation: { statement, signedBy, entry } });
      for (const { rule, at, message } of faults) context.print(`${rule}: ${at} ${message}`);
      if (faults.length > 0) throw new CommandFailure(`${faults.length} faults.`);
      context.print(`whole       ${shards} shards`);
      if (signedBy.length > 0) context.print(`attested    by ${signedBy.join(', ')}`);
      else if (statement === null) context.print('attested    no: there is no attestation');
      else context.print('attested    not checked: name whom you trust with --policy or --key');
      if (entry !== null) context.print(`logged      as entry ${entry} of the log of uses`);
    });

  dataset
    .command('diff <before> <after>')
    .description('What two releases say differently; their tasks can not be compared (REL3)')
    .action(async (before: string, after: string) => {
      const { readManifestIn } = await import('../release-folder.ts');
      const { releaseDifference } = await import('@aboveboard/dataset/release/release-difference');
      const [a, b] = [await readManifestIn(before), await readManifestIn(after)];
      const differences = releaseDifference(a.manifest, b.manifest);
      context.result(differences);
      for (const { what, before: was, after: is } of differences) context.print(`${what}: ${was} -> ${is}`);
    });

  withEndpoint(dataset.command('annotate <folder>'))
    .description(
      'Let a model inside the organisation say of each step of a release what is done and why, and each task in other words. The lines ' +
        'are marked synthetic and stand beside the release. The endpoint has to be inside (spec/model-endpoint.md). A run that ' +
        'ended goes on where it was; bad answers are kept apart in FILE.rejected.',
    )
    .requiredOption('--keys <file>', 'the keys of its tasks')
    .requiredOption('--out <file>', 'JSON lines, a new file or one to go on with')
    .action(async (folder: string, flags: EndpointFlags & { keys: string; out: string }) => {
      const { annotateRelease } = await import('../release-annotation.ts');
      const asking = { ...(await endpointOf(flags, context)), file: flags.out };
      const asked = await annotateRelease({ folder, keys: flags.keys }, asking);
      printAsked(context, asked, flags.out);
    });

  dataset
    .command('export <folder>')
    .description('Write the tasks of a release as training data, or as plain shards for clients/python')
    .requiredOption('--keys <file>', 'the keys of its tasks')
    .requiredOption(
      '--format <kind>',
      'shards, parquet, webdataset, lerobot, agentnet, openai, anthropic, ui-tars, atif, agentnet-bench',
    )
    .requiredOption('--out <dir>', 'a folder that does not exist yet, or is empty')
    .action(async (folder: string, options: { keys: string; format: string; out: string }) => {
      const { exportRelease, RELEASE_FORMATS } = await import('../release-export.ts');
      if (!RELEASE_FORMATS.includes(options.format))
        throw new UsageError(`The format is one of ${RELEASE_FORMATS.join(', ')}.`);
      const { openFolderSink } = await import('../folder-sink.ts');
      const sink = await openFolderSink(options.out);
      try {
        const { keys, format } = options;
        const report = await exportRelease({ folder, keys, format, progress: context.progress }, sink);
        await sink.finish();
        context.result({ out: options.out, ...report });
        context.print(`exported    ${report.recordings} tasks`);
        if (options.format === 'shards') context.note('These files are not encrypted.');
      } catch (error) {
        await sink.discard();
        throw error;
      }
    });
}

function asking(command: Command): Command {
  return command
    .option('--level <level>', LEVELS.join(', '), 'release')
    .option('--grant <id>', 'read under this grant, for who asked for it')
    .option('--worked', 'only tasks that worked by the word of who did them')
    .option('--least-steps <n>', 'only tasks of so many steps')
    .option('--near <percent>', 'leave out tasks that have so much in common with another');
}

function askOf(options: AskOptions): ReleaseAsk {
  const level = LEVELS.find((one) => one === options.level);
  if (level === undefined) throw new UsageError(`--level is one of ${LEVELS.join(', ')}.`);
  const leastSteps = options.leastSteps === undefined ? undefined : Number(options.leastSteps);
  if (leastSteps !== undefined && !(Number.isInteger(leastSteps) && leastSteps > 0))
    throw new UsageError('--least-steps is a number from 1.');
  return {
    level,
    filter: {
      ...(options.worked ? { worked: true } : {}),
      ...(leastSteps === undefined ? {} : { leastSteps }),
    },
    ...(options.near === undefined ? {} : { nearDuplicates: share(options.near) }),
  };
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 100) || text.trim() === '')
    throw new UsageError('A percentage is a number from 0 to 100.');
  return value / 100;
}

function percent(of: number): string {
  return `${(100 * of).toFixed(1)} %`;
}
