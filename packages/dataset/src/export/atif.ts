import { anthropic } from './anthropic.ts';
import { type Demonstration, NO_PICTURE, readDemonstration } from './demonstration.ts';
import type { ExportAccount, ExportRecording, ExportSink } from './export-recording.ts';
import type { Picture, PictureOptions } from './pictures.ts';

export const ATIF_VERSION = 'ATIF-v1.7';

type Content = ({ type: 'text'; text: string } | { type: 'image'; source: ImageSource })[];
type ImageSource = { media_type: 'image/png'; path: string };

/**
 * Writes one recording to `trajectories/ID.json` as ATIF v1.7 (spec/dataset-formats.md, EXP50-EXP54): the calls are
 * those of Anthropic's computer tool. The format has tool calls only of agents, so each step says that a person
 * showed it. Pictures go to `images/`; the picture after an action is what it is answered with.
 */
export async function exportAtif(
  recording: ExportRecording,
  sink: ExportSink,
  account: ExportAccount,
  options: PictureOptions,
): Promise<void> {
  await writeAtif(await readDemonstration(recording, sink, account, options), sink, account);
}

/** The file alone, of what was read before: from a recording, or from a release. */
export async function writeAtif(
  { id, instruction, steps, end, worked, stands }: Demonstration,
  sink: ExportSink,
  account: ExportAccount,
): Promise<void> {
  const said: unknown[] = [
    { step_id: 1, source: 'user', message: contentOf(instruction, steps[0]?.picture ?? null) },
  ];
  for (const [i, { action, picture, thought }] of steps.entries()) {
    const { calls, exact } = anthropic.write(action, picture ?? NO_PICTURE);
    if (calls.length === 0) {
      account.leaveOut(`not-in-the-dialect-${action.kind}`);
      continue;
    }
    if (!exact) account.shorten(action.kind);
    const after = i + 1 < steps.length ? steps[i + 1]?.picture : end;
    const named = calls.map((call, n) => ({
      tool_call_id: `${i + 1}.${n + 1}`,
      function_name: 'computer',
      arguments: call,
    }));
    said.push({
      step_id: said.length + 1,
      source: 'agent',
      message: thought ?? '',
      tool_calls: named,
      ...(after
        ? {
            observation: {
              results: [{ source_call_id: named.at(-1)?.tool_call_id, content: [imageOf(after)] }],
            },
          }
        : {}),
      extra: { demonstrated_by: 'person' },
    });
    account.actions++;
  }
  const trajectory = {
    schema_version: ATIF_VERSION,
    session_id: id,
    trajectory_id: id,
    agent: { name: 'person', version: '1', extra: { recorded_with: 'aboveboard' } },
    steps: said,
    extra: {
      demonstrated_by: 'person',
      ...(worked === null ? {} : { task_completed: worked }),
      ...(stands === undefined ? {} : { stands }),
    },
  };
  await sink.write(
    `trajectories/${id}.json`,
    new TextEncoder().encode(`${JSON.stringify(trajectory, null, 2)}\n`),
  );
  account.recordings++;
}

function contentOf(text: string, picture: Picture | null): string | Content {
  return picture ? [{ type: 'text', text }, imageOf(picture)] : text;
}

/** Beside the folder of the trajectory. */
function imageOf({ name }: Picture): Content[number] {
  return { type: 'image', source: { media_type: 'image/png', path: `../images/${name}` } };
}
