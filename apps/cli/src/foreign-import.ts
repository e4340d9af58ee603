import { agentnetTask, agentnetTasks } from '@aboveboard/dataset/import/agentnet-tasks';
import { checkSource, importRecording } from '@aboveboard/dataset/import/foreign-recording';
import { ImportAccount, type Importer, type ImportSource } from '@aboveboard/dataset/import/import-account';
import { type Fault, RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { isoWeek } from '@aboveboard/protocol/week';
import type { Installation } from '@aboveboard/server/installation';

const SOFTWARE = [{ name: 'aboveboard', version: '0.1.0' }];

/**
 * Imports into the installation. Manifest null: the source is faulty, and nothing was kept. The source is
 * checked before the installation is opened.
 */
export async function importForeign(
  importer: Importer,
  source: ImportSource,
  installation: () => Promise<Installation>,
): Promise<{ manifest: Manifest | null; faults: readonly Fault[] }> {
  try {
    await checkSource(importer, source);
  } catch (error) {
    if (error instanceof RecordingError) return { manifest: null, faults: error.faults };
    throw error;
  }
  const { recordings } = await installation();
  const target = await recordings.beginImport();
  try {
    const openWriter = () =>
      new RecordingWriter({
        id: target.id,
        store: target.store,
        sealer: target.sealer,
        deflate: webDeflate,
        tickMicroseconds: importer.tickMicroseconds,
      });
    const manifest = await importRecording(importer, source, openWriter, {
      week: isoWeek(Date.now()),
      software: SOFTWARE,
    });
    await target.finish(manifest);
    return { manifest, faults: [] };
  } catch (error) {
    await target.discard();
    if (error instanceof RecordingError) return { manifest: null, faults: error.faults };
    throw error;
  }
}

/**
 * A recording for each task of AgentNet's JSON lines. All are checked before the first is imported: a file with a fault is
 * refused whole. What was imported before a failure stays.
 */
export async function importTasks(
  source: ImportSource,
  installation: () => Promise<Installation>,
  progress: (line: string) => void,
): Promise<{ manifests: Manifest[]; faults: readonly Fault[] }> {
  const account = new ImportAccount();
  let tasks = 0;
  for await (const { number, source: task } of agentnetTasks(source, account)) {
    tasks++;
    try {
      await checkSource(agentnetTask(number), task);
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      for (const { rule, at, message } of error.faults) account.fault(rule, at, message);
    }
  }
  if (account.faults.length > 0) return { manifests: [], faults: account.allFaults() };
  const manifests: Manifest[] = [];
  for await (const { number, source: task } of agentnetTasks(source, new ImportAccount())) {
    progress(`task ${manifests.length + 1} of ${tasks}`);
    const { manifest, faults } = await importForeign(agentnetTask(number), task, installation);
    // A file that reads differently the second time is being changed meanwhile.
    if (manifest === null) return { manifests, faults };
    manifests.push(manifest);
  }
  return { manifests, faults: [] };
}
