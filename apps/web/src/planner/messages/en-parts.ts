import type { ProgrammeAnswer } from '@aboveboard/planner/programme/sizing';

const count = (value: number) => value.toLocaleString('en-GB');
const gib = (bytes: number) =>
  `${(bytes / 2 ** 30).toLocaleString('en-GB', { maximumSignificantDigits: 4 })} GiB`;
const mib = (bytes: number) => `${count(Math.round(bytes / 2 ** 20))} MiB`;

/** Model files that somebody picks: what was read, and why not. */
export const files = {
  button: 'Take the model from its files …',
  note: 'A GGUF file, or config.json with its safetensors. Only their headers are read, here in the browser; nothing is uploaded.',
  reading: 'Reading the headers …',
  read: (name: string, bytes: number, tensors: number, layers: number, context: number) =>
    bytes > 0
      ? `${name}: ${count(tensors)} tensors of ${gib(bytes)} together, ${count(layers)} layers, context up to ${count(context)} tokens.`
      : `${name}: ${count(layers)} layers, context up to ${count(context)} tokens. Sizes follow from the shape; pick the safetensors too for the true ones.`,
  source: (name: string) => `header of ${name}, as picked`,
  count: (n: number) => `${count(n)} files`,
  own: (architecture: string, layers: number, hidden: number) => `own ${architecture} ${layers}x${hidden}`,
  slow: 'Reading these headers took too long and was ended. Your plan is as it was.',
  failed: 'The model was not taken. Your plan is as it was.',
  tooMany: (most: number) => `More than ${count(most)} files are no one model.`,
  mixed: 'Pick one model: a GGUF file tells all by itself, without config.json or safetensors.',
  twoConfigs: (names: string) => `Pick one config.json; these are several: ${names}.`,
  noConfig:
    'Pick config.json of the same folder too: safetensors tell sizes, and only config.json tells the layers.',
  twoModels: 'These are parts of more than one model. Pick the parts of one.',
  wanting: (of: number, parts: string) =>
    `Of ${count(of)} parts these are wanting: ${parts}. Without them the sizes would be wrong.`,
  twice: (tensor: string) => `Tensor ${tensor} stands in two files.`,
  notGguf: (name: string) => `${name} does not begin as a GGUF file does.`,
  unknownKind: (name: string) => `${name} is no GGUF, safetensors or config.json.`,
  truncated: (name: string) => `${name} ends within its header: it was cut short, or is no model.`,
  longer: (name: string, length: string, size: number) =>
    `${name} announces a header of ${length} bytes and has ${count(size)} in all.`,
  hugeHeader: (name: string, length: string, most: number) =>
    `${name} announces a header of ${length} bytes; more than ${mib(most)} is read from no file.`,
  hugeConfig: (name: string, most: number) => `${name} is larger than ${mib(most)}: that is no config.json.`,
  notJson: (name: string) => `${name} is not JSON.`,
  unreadable: (names: string) => `${names}: what is inside cannot be read.`,
};

/** The user's own catalogue entries. */
export const own = {
  title: 'Your own figures in the catalogue',
  note: 'Models, GPUs and prices of your own come before the built-in ones of the same name. They stay in this browser, and in files and links that you make yourself.',
  button: 'Add a catalogue file …',
  startWith: 'Save a file to start with:',
  kinds: { models: 'models', gpus: 'GPUs', costs: 'prices and rates' },
  head: ['Entry', 'Of', 'Source', ''],
  leaveOut: (name: string) => `Leave out ${name}`,
  leave: 'Leave out',
  overrides: 'in place of the built-in one',
  none: 'None yet.',
  added: (n: number, name: string) =>
    `${n === 1 ? 'One entry' : `${count(n)} entries`} of ${name} ${n === 1 ? 'counts' : 'count'} from now on.`,
  refused: (name: string) => `Nothing of ${name} was taken. Your plan is as it was.`,
  kind: (name: string, right: string) => `${name}: “kind” must be one of ${right}.`,
  empty: (name: string) => `${name} has no rows.`,
  most: (name: string, most: number) => `${name} has more than ${count(most)} rows.`,
  huge: (name: string) => `${name} is larger than a catalogue file can be.`,
  notJson: (name: string) => `${name} is not JSON.`,
  noEntry: 'is no entry with a name',
  shape: 'the shape of the model',
  notNegative: 'a number, 0 or more',
  words: 'words',
  list: 'a list of other names; [] for none',
};

/** Evidence that is a file: its name and digest stand in the plan, the file stays where it is. */
export const attach = {
  button: 'Attach a file …',
  label: (what: string) => `Attach a file as evidence: ${what}`,
  rests: (name: string, digest: string) => `${name}, sha-256 ${digest}`,
  huge: (name: string) => `${name} is too large to be digested here; write its digest yourself.`,
  note: 'Its name and digest are noted; the file itself stays where it is.',
};

/** Figures that a running server measured of itself. */
export const measured = {
  button: 'Take a running server’s figures …',
  taken: (name: string, rates: string) =>
    rates === ''
      ? `${name} holds no figure: the defaults count.`
      : `Measured figures of ${name} count: ${rates}.`,
  notKnown: (rate: string, why: string) => `${rate} keeps its default: ${why}.`,
  refused: 'Nothing was taken. Your plan is as it was.',
  huge: 'is larger than such a file can be',
  notJson: 'is not JSON',
};

export const finetune = {
  title: 'Memory of one training step, on each GPU',
  note: 'Fitted to measured runs of adapters on one GPU. Each term is its arithmetic times a factor that the runs gave.',
  peak: 'Fine-tuning peak',
  says: (name: string, peak: string, low: string, high: string) =>
    `${name}: peak of ${peak} GiB, ${low} to ${high} in eight cases of ten`,
  verdict: { yes: 'Fits', perhaps: 'May not fit', no: 'Does not fit', open: 'No GPU given' },
  terms: {
    quantised: 'Weights in 4 bits',
    weights: 'Weights in 16 bits',
    trained: 'Trained weights, gradients, optimizer',
    kept: 'Activations and checkpoints',
    logits: 'Logits',
    runtime: 'Runtime',
  },
  /** What each term's arithmetic is, before the factor. */
  formulas: {
    quantised: 'Parameters that the quantiser changes × their bytes, cut over the GPUs from ZeRO-3 on.',
    weights: 'All other parameters × 2 bytes, cut over the GPUs from ZeRO-3 on.',
    trained:
      'Trained parameters × (4 bytes of master copy + gradients + optimizer state); state is cut from ZeRO-1 on, gradients from ZeRO-2, weights from ZeRO-3.',
    kept: 'Tokens of a step × hidden × 2 bytes × layers where inputs are kept + one layer’s intermediates (all layers’ where everything is kept).',
    logits: 'Tokens of a step × vocabulary × 4 bytes.',
    runtime: 'What the runtime keeps for itself, as the measured runs have it.',
  },
  interval: 'eight cases of ten:',
  peakFormula: 'Sum of the terms; the interval is that of measured runs left out of the fit.',
  arithmetic: 'By arithmetic',
  factor: 'Factor from measured runs',
  term: 'Term',
  size: 'GiB',
  source: 'Measured runs: rows of finetune_memory (Unsloth notebooks); docs/planner-accuracy.md',
  basis: {
    interpolated: 'interpolated between measured runs of adapters on one GPU',
    extrapolated: 'extrapolated: the measured runs are adapters on one GPU',
  },
};

type Sized = Exclude<keyof ProgrammeAnswer, 'rates' | 'recorded_hours_a_month'>;
export const programme = {
  title: 'Your recording programme',
  note: (hours: string) =>
    `${hours} hours are recorded a month. Each figure opens what it rests on; most ranges are assumptions until a running server has measured its own.`,
  word: { assumed: 'from ranges', measured: 'measured by you' },
  assumed:
    'From the planner’s ranges, assumed or measured elsewhere: low and high are all of them at their ends together.',
  measured: 'From figures that you gave as measured.',
  names: {
    stored: 'Stored, in all',
    uploads_a_month: 'Uploaded a month',
    peak_upload_rate: 'Upload rate at the peak',
    masking_cpu_share: 'Masking on each device',
    vault_batches_a_second: 'Uploads at the peak',
    vault_headroom: 'What one vault can take',
    dataset_build: 'Building one dataset',
    annotation_tokens_a_month: 'Annotation',
    finetune_gpu_hours_a_release: 'Fine-tuning on one dataset',
    evaluation_gpu_hours_a_release: 'Evaluating one dataset’s model',
  } satisfies Record<Sized, string>,
  formulas: {
    stored: 'People × hours a week × 4.345 × bytes an hour × months kept.',
    uploads_a_month: 'People × hours a week × 4.345 × bytes an hour.',
    peak_upload_rate: 'A third of all people at once × bytes an hour ÷ 3,600.',
    masking_cpu_share: 'The share of one core, mixed by hours in a browser and on desktops.',
    vault_batches_a_second: 'Upload rate at the peak ÷ bytes of an upload.',
    vault_headroom: 'Uploads a second that a vault was measured to take ÷ uploads at the peak.',
    dataset_build: 'Released hours × events an hour ÷ events a second.',
    annotation_tokens_a_month: 'Released hours a month × actions an hour × tokens an action.',
    finetune_gpu_hours_a_release:
      'Released hours × actions an hour × tokens an action × passes × 6 × active parameters ÷ (peak of the GPU × share that is reached).',
    evaluation_gpu_hours_a_release:
      'Tasks × steps × tokens a step × 2 × active parameters ÷ (peak of the GPU × share that is reached).',
  } satisfies Record<Sized, string>,
};

export const deploy = {
  title: 'Files to run it',
  note: 'With the GPU layout, memory shares and limits that the plan assumed. Services listen on this machine only; hubs and telemetry are off.',
  save: (name: string) => `Save ${name}`,
  saveOne: 'Save',
  saveAll: 'Save all as one archive',
  archive: (name: string) => `${name.replace(/[^\w.-]+/g, '-').slice(0, 60) || 'plan'}.tar`,
  show: (name: string) => `${name}: what is in it`,
  what: {
    'serve.sh': 'starts the engine',
    'inference.service': 'a systemd unit, closed but for this machine',
    'compose.yaml': 'a container on an inner network',
    'values.yaml': 'values for a Helm chart, without egress',
    'preflight.sh': 'checks the machine against the plan and changes nothing',
    'air-gap.json': 'what to carry into a closed room',
  } as Record<string, string>,
  airGap: 'To carry into a closed room',
  head: ['What', 'Name', 'GiB', 'Digest', 'How'],
  about: (gibs: string) => `about ${gibs}`,
  later: 'write down when fetched',
};

/** How the ranking of control moves with the weights. */
export const ranking = {
  title: 'How the ranking moves with the weights',
  note: 'Each line is one axis: from left to right its share of all weight grows from nothing to all, the others keeping their proportions. Who leads stands in the bar; the mark is where your weights are.',
  says: (moves: number, axes: number) =>
    moves === 0
      ? `Whatever the weight of any one of ${axes} axes, the same way leads`
      : `On ${moves} of ${axes} axes another way takes the lead when the weight of that axis moves`,
  share: 'share of all weight that the axis has',
  head: ['Axis', 'Its share now', 'Leads now', 'At no weight', 'At all weight', 'The lead changes at'],
  never: 'never',
  tie: 'even',
  change: (at: string, from: string, to: string) => `${at}: ${from} to ${to}`,
};
