import { findGpu } from '../catalogue/gpu.ts';
import { activeParameterCount } from '../memory/inventory.ts';
import { modelOf, type Own } from '../memory/question.ts';
import type { Checked, Problem } from '../problem.ts';
import { type ProgrammeRate, programmeDefaults } from './rates.ts';

/** `plan programme`: what a recording programme of Aboveboard's own needs. */
export type ProgrammeAsked = {
  contributors?: number | null;
  hours_a_week?: number | null;
  /** Share of hours recorded in a browser; the rest on a desktop. */
  browser_share?: number | null;
  retention_months?: number | null;
  /** Share of recorded time that contributors release after review. */
  released_share?: number | null;
  /** Releases of the dataset a year, passes of fine-tuning over it, and evaluated tasks a release. */
  releases_a_year?: number | null;
  epochs?: number | null;
  evaluation_tasks?: number | null;
  model?: unknown;
  gpu?: string | null;
  /** A running server's own figures, by the names of `programmeDefaults`: they replace the defaults. */
  measured?: Partial<Record<ProgrammeRate, number>> | null;
  /** What they were measured on, in words: the source of all of them, or of each by its name. */
  measured_from?: string | Partial<Record<ProgrammeRate, string>> | null;
};

export type Range = { low: number; typical: number; high: number; unit: string };

export type ProgrammeAnswer = {
  recorded_hours_a_month: number;
  stored: Range;
  uploads_a_month: Range;
  peak_upload_rate: Range;
  masking_cpu_share: Range;
  vault_batches_a_second: Range;
  vault_headroom: Range;
  dataset_build: Range;
  annotation_tokens_a_month: Range;
  finetune_gpu_hours_a_release: Range;
  evaluation_gpu_hours_a_release: Range;
  rates: { name: ProgrammeRate; value: Range; source: string; measured: boolean }[];
};

const weeks = 4.345;
const limits: Record<string, [number, number, number]> = {
  contributors: [1, 1e6, 20],
  hours_a_week: [0.1, 80, 5],
  browser_share: [0, 1, 0.8],
  retention_months: [1, 1200, 12],
  released_share: [0, 1, 0.7],
  releases_a_year: [1, 365, 4],
  epochs: [0, 100, 3],
  evaluation_tasks: [0, 1e6, 200],
};

export function askProgramme(asked: ProgrammeAsked, own: Own = {}): Checked<ProgrammeAnswer> {
  const problems: Problem[] = [];
  const read = (name: keyof ProgrammeAsked & string): number => {
    const [least, most, fallback] = limits[name] ?? [0, 0, 0];
    const value = (asked[name] as number | null | undefined) ?? fallback;
    if (!(typeof value === 'number' && value >= least && value <= most)) {
      problems.push({
        code: 'impossible',
        at: name,
        message: `cannot be ${JSON.stringify(value)}`,
        right: `from ${least} to ${most}`,
      });
    }
    return value;
  };
  if (asked.contributors === undefined || asked.contributors === null)
    problems.push({
      code: 'missing',
      at: 'contributors',
      message: 'is missing',
      right: 'how many people record',
    });
  const contributors = read('contributors');
  const hoursWeek = read('hours_a_week');
  const browser = read('browser_share');
  const retention = read('retention_months');
  const released = read('released_share');
  const releases = read('releases_a_year');
  const epochs = read('epochs');
  const tasks = read('evaluation_tasks');
  const from = asked.measured_from ?? '';
  const words = (typeof from === 'object' ? Object.values(from) : [from]) as unknown[];
  if (!words.every((one) => typeof one === 'string' && one.length <= 300))
    problems.push({
      code: 'impossible',
      at: 'measured_from',
      message: 'is not a short text',
      right: 'what the figures were measured on, in words',
    });
  for (const [name, value] of Object.entries(asked.measured ?? {})) {
    if (!(name in programmeDefaults))
      problems.push({
        code: 'unknown-name',
        at: `measured.${name}`,
        message: 'is no rate of a programme',
        right: Object.keys(programmeDefaults).join(', '),
      });
    else if (!(typeof value === 'number' && value >= 0 && value < 1e15))
      problems.push({
        code: 'impossible',
        at: `measured.${name}`,
        message: `cannot be ${JSON.stringify(value)}`,
      });
  }
  const model = modelOf(asked.model ?? 'Qwen/Qwen3-VL-8B-Instruct', own.models);
  if (!model.ok) problems.push(...model.problems);
  const gpu = findGpu(asked.gpu ?? 'h100_sxm', own.gpus);
  if (!gpu.ok) problems.push(...gpu.problems);
  if (problems.length > 0 || !model.ok || !gpu.ok) return { ok: false, problems };

  const rate = (name: ProgrammeRate): Range => {
    const fixed = asked.measured?.[name];
    const row = programmeDefaults[name];
    return fixed === undefined
      ? { ...row, unit: row.unit }
      : { low: fixed, typical: fixed, high: fixed, unit: row.unit };
  };
  const hours = contributors * hoursWeek * weeks;
  const bytesHour = mix(rate('bytes_per_browser_hour'), rate('bytes_per_desktop_hour'), browser);
  const monthly = times(bytesHour, hours, 'bytes');
  const kept = Math.min(retention, 1200);
  const stored = times(monthly, kept, 'bytes');
  const batches = over(times(bytesHour, contributors / 3600, 'bytes/s'), rate('batch_bytes'), 'batches/s');
  // Recording hours are not spread evenly: a third of all contributors at once is taken as the peak.
  const peak = times(batches, 1 / 3, 'batches/s');
  const releasedHours = (hours * released * 12) / releases;
  const actions = mix(rate('actions_per_browser_hour'), rate('actions_per_desktop_hour'), browser);
  const tokensAction = rate('tokens_per_action');
  const trainTokens = multiply(times(actions, releasedHours * epochs, 'actions'), tokensAction, 'tokens');
  const active = activeParameterCount(model.value.shape);
  const flops = gpu.value.spec.bf16 * 1e12;
  const utilisation = rate('training_mfu');
  // 6 flops a parameter and token: forward and backward (Kaplan et al. 2020); adapters save little of it.
  const trainHours = over(
    times(trainTokens, (6 * active) / flops / 3600, 'GPU-hours at peak'),
    utilisation,
    'GPU-hours',
  );
  const evaluationTokens = multiply(times(rate('steps_per_task'), tasks, 'steps'), tokensAction, 'tokens');
  const evaluationHours = over(
    times(evaluationTokens, (2 * active) / flops / 3600, 'GPU-hours at peak'),
    rate('evaluation_mfu'),
    'GPU-hours',
  );
  return {
    ok: true,
    value: {
      recorded_hours_a_month: hours,
      stored,
      uploads_a_month: monthly,
      peak_upload_rate: times(times(bytesHour, contributors / 3600 / 3, 'bytes/s'), 1, 'bytes/s'),
      masking_cpu_share: mix(rate('masking_cpu_browser'), rate('masking_cpu_desktop'), browser),
      vault_batches_a_second: peak,
      vault_headroom: over(rate('vault_batches_a_second'), peak, 'times the peak'),
      dataset_build: over(
        times(
          multiply(rate('events_per_hour'), { low: 1, typical: 1, high: 1, unit: '' }, 'events'),
          releasedHours,
          'events',
        ),
        rate('dataset_events_a_second'),
        'seconds',
      ),
      annotation_tokens_a_month: multiply(
        times(actions, hours * released, 'actions'),
        rate('annotation_tokens_per_action'),
        'tokens',
      ),
      finetune_gpu_hours_a_release: trainHours,
      evaluation_gpu_hours_a_release: evaluationHours,
      rates: (Object.keys(programmeDefaults) as ProgrammeRate[]).map((name) => ({
        name,
        value: rate(name),
        source:
          asked.measured?.[name] === undefined
            ? programmeDefaults[name].source
            : `measured: ${sourceOf(from, name)}`,
        measured: asked.measured?.[name] !== undefined,
      })),
    },
  };
}

function sourceOf(from: string | Partial<Record<ProgrammeRate, string>>, name: ProgrammeRate): string {
  const said = typeof from === 'string' ? from : from[name];
  return said?.trim() || 'as given, on what is not said';
}

function times(range: Range, factor: number, unit: string): Range {
  return { low: range.low * factor, typical: range.typical * factor, high: range.high * factor, unit };
}

function multiply(a: Range, b: Range, unit: string): Range {
  return { low: a.low * b.low, typical: a.typical * b.typical, high: a.high * b.high, unit };
}

function over(a: Range, b: Range, unit: string): Range {
  const divide = (x: number, y: number) => (y > 0 ? x / y : 0);
  return {
    low: divide(a.low, b.high),
    typical: divide(a.typical, b.typical),
    high: divide(a.high, b.low),
    unit,
  };
}

function mix(a: Range, b: Range, share: number): Range {
  const of = (x: number, y: number) => x * share + y * (1 - share);
  return { low: of(a.low, b.low), typical: of(a.typical, b.typical), high: of(a.high, b.high), unit: a.unit };
}
