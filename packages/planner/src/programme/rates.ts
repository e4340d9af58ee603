export type ProgrammeRate =
  | 'bytes_per_browser_hour'
  | 'bytes_per_desktop_hour'
  | 'batch_bytes'
  | 'actions_per_browser_hour'
  | 'actions_per_desktop_hour'
  | 'events_per_hour'
  | 'masking_cpu_browser'
  | 'masking_cpu_desktop'
  | 'vault_batches_a_second'
  | 'dataset_events_a_second'
  | 'tokens_per_action'
  | 'annotation_tokens_per_action'
  | 'training_mfu'
  | 'evaluation_mfu'
  | 'steps_per_task';

type Row = {
  low: number;
  typical: number;
  high: number;
  unit: string;
  date: string;
  confidence: 'high' | 'medium' | 'low';
  source: string;
};

const tried = 'tried on two real applications on two cores before the build';
const guess = 'assumption: stated so that a running server can replace it';
const row = (
  low: number,
  typical: number,
  high: number,
  unit: string,
  confidence: Row['confidence'],
  source: string,
): Row => ({
  low,
  typical,
  high,
  unit,
  date: '2026-11-22',
  confidence,
  source,
});

/** What a programme's figures rest on until a running server has measured its own. */
export const programmeDefaults: Readonly<Record<ProgrammeRate, Row>> = {
  bytes_per_browser_hour: row(
    0.8e6,
    2.2e6,
    6e6,
    'bytes',
    'medium',
    `${tried}: first state 35-78 KB, 0.7-2.2 KB an action, compressed; 400-900 actions and 10-40 pages an hour assumed`,
  ),
  bytes_per_desktop_hour: row(
    10e6,
    45e6,
    160e6,
    'bytes',
    'low',
    'lossless 1080p frames of 14-57 KB measured, one a second where something changed; 20-80 % of seconds assumed',
  ),
  batch_bytes: row(
    4000,
    10_000,
    20_000,
    'bytes',
    'high',
    'batches of 4-20 KB as the vault was measured with',
  ),
  actions_per_browser_hour: row(300, 600, 900, 'actions', 'low', guess),
  actions_per_desktop_hour: row(300, 700, 1200, 'actions', 'low', guess),
  events_per_hour: row(
    20_000,
    90_000,
    250_000,
    'events',
    'low',
    `${guess}; pointer samples at 125 Hz while it moves`,
  ),
  masking_cpu_browser: row(
    0.01,
    0.05,
    0.08,
    'of one core',
    'medium',
    `${tried}: some 5 % of main-thread time at a robot's pace`,
  ),
  masking_cpu_desktop: row(
    0.03,
    0.08,
    0.11,
    'of one core',
    'medium',
    'a prototype took 11 % of one core at 125 Hz',
  ),
  vault_batches_a_second: row(
    2000,
    2400,
    2900,
    'batches/s',
    'high',
    'measured: batches of 4-20 KB, one statement a batch, embedded PostgreSQL on two cores',
  ),
  dataset_events_a_second: row(
    300_000,
    600_000,
    1_000_000,
    'events/s',
    'medium',
    'compression 0.6 M events/s in a browser, 8-11 M with the native library; reading and masking checks take most',
  ),
  tokens_per_action: row(
    800,
    1500,
    3000,
    'tokens',
    'low',
    `${guess}; a state, a screenshot's patches and the action`,
  ),
  annotation_tokens_per_action: row(
    300,
    900,
    2500,
    'tokens',
    'low',
    `${guess}; a model that describes each action reads two states`,
  ),
  training_mfu: row(0.25, 0.35, 0.5, 'of peak', 'medium', 'usual of adapter training on one node'),
  evaluation_mfu: row(
    0.02,
    0.05,
    0.15,
    'of peak',
    'low',
    'agents wait for their environment; one request at a time is far from peak',
  ),
  steps_per_task: row(8, 18, 40, 'steps', 'low', guess),
};
