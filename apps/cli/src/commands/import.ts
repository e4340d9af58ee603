import type { Importer } from '@aboveboard/dataset/import/import-account';
import type { Fault } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

const KINDS = ['agentnet', 'agentnet-jsonl', 'chrome-recorder', 'ducktrack', 'owamcap', 'rrweb'] as const;
type Kind = (typeof KINDS)[number];
/** Kinds that are one file: what their importer asks for. */
const SOLE_FILES: Readonly<Partial<Record<Kind, string>>> = {
  'agentnet-jsonl': 'trajectories.jsonl',
  'chrome-recorder': 'flow.json',
  owamcap: 'recording.mcap',
  rrweb: 'events.json',
};

export function register(program: Command, context: CommandContext): void {
  program
    .command('import <kind> <path>')
    .helpGroup(GROUPS.datasets)
    .summary(`make a foreign recording of other tools' files (${KINDS.join(', ')})`)
    .description(
      'Make a recording of the class foreign: it can be inspected and exported, never released. agentnet (raw) and ' +
        'ducktrack are folders, rrweb is a file of events or a folder with events.json, chrome-recorder a flow that ' +
        'the recorder of Chrome exported as JSON, owamcap an MCAP file, agentnet-jsonl a file of training lines or a folder ' +
        'with trajectories.jsonl and images, of which each task becomes a recording. What names a person or a machine is dropped. A source with faults is refused whole, with all its faults.',
    )
    .action(async (kind: string, path: string) => {
      if (!KINDS.includes(kind as Kind)) throw new UsageError(`The kind is one of ${KINDS.join(', ')}.`);
      const { importSource } = await import('../import-source.ts');
      const source = importSource(path, SOLE_FILES[kind as Kind] ?? null);
      const { importForeign, importTasks } = await import('../foreign-import.ts');
      const installation = () => context.installation();
      if (kind === 'agentnet-jsonl') {
        const { manifests, faults } = await importTasks(source, installation, context.progress);
        if (faults.length > 0) refuse(context, faults, manifests.length);
        context.result({ recordings: manifests.map(({ id, counts, origin }) => ({ id, counts, origin })) });
        for (const manifest of manifests) printImported(context, manifest);
        return;
      }
      const importer = await importerOf(kind as Exclude<Kind, 'agentnet-jsonl'>);
      const { manifest, faults } = await importForeign(importer, source, installation);
      if (manifest === null) refuse(context, faults, 0);
      const { id, counts, origin } = manifest;
      context.result({ id, counts, origin });
      printImported(context, manifest);
    });
}

function refuse(context: CommandContext, faults: readonly Fault[], before: number): never {
  context.result({ faults });
  for (const { rule, at, message } of faults) context.print(`fault       ${rule} at ${at}: ${message}`);
  throw new CommandFailure(
    before === 0
      ? `Nothing was imported: the source is faulty (${faults.length}).`
      : `The source changed while it was read. The ${before} recordings before the fault were imported.`,
  );
}

function printImported(context: CommandContext, { id, counts, origin }: Manifest): void {
  context.print(`imported    ${id}`);
  context.print(`holds       ${counts.events} events, ${counts.states} states`);
  context.print(`kept        ${origin?.kept ?? 0} of the source`);
  for (const { rule, count } of origin?.reduced ?? []) context.print(`left out    ${count} by ${rule}`);
}

async function importerOf(kind: Exclude<Kind, 'agentnet-jsonl'>): Promise<Importer> {
  switch (kind) {
    case 'agentnet':
      return (await import('@aboveboard/dataset/import/agentnet-raw')).agentnetRaw;
    case 'chrome-recorder':
      return (await import('@aboveboard/dataset/import/chrome-recorder')).chromeRecorder;
    case 'ducktrack':
      return (await import('@aboveboard/dataset/import/ducktrack')).ducktrack;
    case 'owamcap':
      return (await import('@aboveboard/dataset/import/owamcap')).owaMcap;
    case 'rrweb':
      return (await import('@aboveboard/dataset/import/rrweb')).rrweb;
  }
}
