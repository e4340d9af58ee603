import {
  ANNOTATION,
  stepAnnotation,
  stepAnnotationQuestion,
  taskAnnotation,
  taskAnnotationQuestion,
} from '@aboveboard/dataset/model/annotation';
import { type ReleaseReader, releaseReader } from '@aboveboard/dataset/release/release-reading';
import { type Asked, type AskingOptions, askAll, type Question } from './answer-file.ts';
import { CommandFailure } from './command.ts';
import { readManifestIn, readReleaseKeys, releaseFolder, releaseGzip } from './release-folder.ts';

const MOST_TOKENS = 400;

/** A line for each step and one for each task, of what a model says of them (spec/model-endpoint.md, MEP30-MEP33). */
export async function annotateRelease(
  release: { folder: string; keys: string },
  options: Omit<AskingOptions, 'prompt' | 'mostTokens'>,
): Promise<Asked> {
  const { manifest } = await readManifestIn(release.folder);
  if (manifest.level === 'vault')
    throw new CommandFailure('Refused by REL17: what is at the level vault does not leave it.');
  const keys = await readReleaseKeys(release.keys, manifest.id);
  const coders = { subtle: crypto.subtle, gunzip: releaseGzip.gunzip };
  const reader = releaseReader(releaseFolder(release.folder), manifest, keys, coders);
  const total = manifest.counts.steps + manifest.tasks.length;
  return askAll(questionsOf(manifest.tasks, reader), total, {
    ...options,
    prompt: ANNOTATION,
    mostTokens: MOST_TOKENS,
  });
}

async function* questionsOf(
  tasks: readonly Parameters<ReleaseReader['task']>[0][],
  reader: ReleaseReader,
): AsyncIterable<Question> {
  for (const entry of tasks) {
    const task = await reader.task(entry);
    const pictures = new Map((await reader.pictures(entry)).map(({ name, bytes }) => [name, bytes]));
    const asWhole = taskAnnotationQuestion(task);
    yield {
      where: { task: task.id, index: null },
      question: asWhole,
      accept: (reply) => marked(taskAnnotation(reply, asWhole.text)),
    };
    for (const [index, { picture }] of task.steps.entries()) {
      const question = stepAnnotationQuestion(task, index, pictures.get(picture?.name ?? '') ?? null);
      yield {
        where: { task: task.id, index },
        question,
        accept: (reply) => marked(stepAnnotation(reply, question.text)),
      };
    }
  }
}

function marked(said: object | null): object | null {
  return said && { synthetic: true, ...said };
}
