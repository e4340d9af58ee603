import { sentence } from '@aboveboard/planner/problem';
import { type Figures, readFigures } from '@aboveboard/planner/programme/figures';
import { type ProgrammeRate, programmeDefaults } from '@aboveboard/planner/programme/rates';
import { programmeFigures } from '@aboveboard/server/recordings/programme-figures';
import { type CommandContext, CommandFailure } from './command.ts';
import { parseJson, readGiven } from './plan-file.ts';

const noTimes = 'the server keeps no time of a request (T15), so it cannot know';
const elsewhere = 'it happens outside the server, which cannot measure it';
const intensity = 'it would tell how busily people work, which the server never counts (T15)';

/** Why an installation does not know a rate; the rest are measured. */
const notKnown: Partial<Record<ProgrammeRate, string>> = {
  bytes_per_desktop_hour: 'recordings come from browsers only, so far',
  actions_per_browser_hour: intensity,
  actions_per_desktop_hour: intensity,
  events_per_hour: intensity,
  masking_cpu_browser: elsewhere,
  masking_cpu_desktop: elsewhere,
  vault_batches_a_second: noTimes,
  dataset_events_a_second: noTimes,
  tokens_per_action: elsewhere,
  annotation_tokens_per_action: elsewhere,
  training_mfu: elsewhere,
  evaluation_mfu: elsewhere,
  steps_per_task: elsewhere,
};

const withheld = {
  few: 'withheld: fewer than ten people have recorded (T15)',
  one: 'withheld: one person is more than a quarter of it (T15)',
};

/** What the file holds beside what a plan reads: for people. */
export type InstallationFigures = Figures & {
  counted: { recordings: number; bytes_per_recording: number } | null;
};

/** The installation's own figures; `today` is the day that they are of. */
export async function figuresOf(context: CommandContext, today: string): Promise<InstallationFigures> {
  const { inner } = await context.installation();
  const found = await programmeFigures((...query) => inner.database.query(...query));
  const why: Partial<Record<ProgrammeRate, string>> = { ...notKnown };
  if (found.isWithheld)
    for (const rate of ['bytes_per_browser_hour', 'batch_bytes'] as const) why[rate] = withheld[found.why];
  return {
    kind: 'aboveboard-figures',
    version: 1,
    source: 'this installation’s own recordings: sums over at least ten people, to two digits',
    date: today,
    measured: found.isWithheld
      ? {}
      : { bytes_per_browser_hour: found.bytesAnHour, batch_bytes: found.bytesAnUpload },
    notKnown: (Object.keys(programmeDefaults) as ProgrammeRate[]).flatMap((rate) => {
      const said = why[rate];
      return said ? [{ rate, why: said }] : [];
    }),
    counted: found.isWithheld
      ? null
      : { recordings: found.recordings, bytes_per_recording: found.bytesARecording },
  };
}

export type FiguresOptions = { fromServer?: boolean; figures?: string };

/** The figures that `--from-server` or `--figures` names. */
export async function chosenFigures(
  context: CommandContext,
  { fromServer, figures }: FiguresOptions,
  today: string,
): Promise<Figures | null> {
  if (figures !== undefined) {
    const read = readFigures(parseJson(await readGiven(figures), figures));
    if (!read.ok)
      throw new CommandFailure(read.problems.map((one) => `${figures}: ${sentence(one)}`).join('\n'));
    return read.value;
  }
  return fromServer ? figuresOf(context, today) : null;
}
