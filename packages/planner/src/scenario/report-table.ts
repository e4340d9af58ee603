import type { PlanAnswer } from './plan.ts';

/** A report as tables: what both printed forms show, and what a screen reader reads. */
export type ReportTable = { title: string; note?: string; head: string[]; rows: string[][] };

const n = (value: number, digits = 3) =>
  Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-GB')
    : String(Number(value.toPrecision(digits)));
const count = (value: number | null) => (value === null ? 'none will do' : n(value));
const yes = (value: boolean) => (value ? 'yes' : 'no');
const range = (p: { p10: number; p50: number; p90: number }) => [n(p.p10), n(p.p50), n(p.p90)];

export function reportTables(plan: PlanAnswer): ReportTable[] {
  return [
    ...memoryTables(plan),
    ...speedTables(plan),
    ...costTables(plan),
    ...controlTables(plan),
    ...programmeTables(plan),
    ...deployTables(plan),
  ];
}

function memoryTables(plan: PlanAnswer): ReportTable[] {
  const tables: ReportTable[] = [];
  if (plan.memory) {
    const m = plan.memory;
    tables.push({
      title: 'Memory of each GPU',
      note: `${m.fits ? 'It fits' : 'It does not fit'}; ${m.binds} binds. KV left: ${n(m.interval.low)} to ${n(m.interval.high)} GiB${m.interval.coverage === null ? '' : ' in 80 % of cases'}.${m.unchecked.length > 0 ? ` Unchecked: ${m.unchecked.join('; ')}.` : ''} Assumed: ${Object.entries(
        m.assumed,
      )
        .map(([k, v]) => `${k} ${v}`)
        .join(', ')}.`,
      head: ['Term', 'Value', 'Unit'],
      rows: [
        ['Weights', n(m.weights_gib_per_gpu, 4), 'GiB'],
        ['Activation peak', n(m.activation_peak_gib), 'GiB'],
        ['Runtime and allocator', n(m.other_terms_gib.runtime_and_allocator), 'GiB'],
        ['Communication', n(m.other_terms_gib.communication), 'GiB'],
        ['Graphs', n(m.other_terms_gib.graphs), 'GiB'],
        ['Left for KV', n(m.kv_available_gib_per_gpu, 4), 'GiB'],
        ['KV of a token', n(m.kv_bytes_per_token_per_gpu), 'bytes'],
        ['Tokens that fit', n(m.kv_tokens), 'tokens'],
        ['Requests of full length at once', n(m.max_concurrency), 'requests'],
        ['Longest context', n(m.max_context), 'tokens'],
      ],
    });
  }
  if (plan.finetune) {
    const f = plan.finetune;
    tables.push({
      title: 'Fine-tuning peak',
      note: `${f.interval.coverage === null ? 'Between' : '80 % interval'} ${n(f.interval.low)} to ${n(f.interval.high)} GiB${f.unchecked.length > 0 ? `; unchecked: ${f.unchecked.join('; ')}` : ''}${f.fits === null ? '' : `; fits: ${yes(f.fits)}`}.`,
      head: ['Term', 'GiB'],
      rows: [
        ['Peak', n(f.peak_gib)],
        ...Object.entries(f.terms_gib).map(([name, value]) => [name, n(value)]),
      ],
    });
  }
  return tables;
}

function speedTables(plan: PlanAnswer): ReportTable[] {
  const tables: ReportTable[] = [];
  if (plan.speed) {
    const s = plan.speed;
    tables.push({
      title: 'Speed',
      note: `Basis: ${s.basis}; confidence: ${s.confidence}.${s.unchecked.length > 0 ? ` Unchecked: ${s.unchecked.join('; ')}.` : ''} ${s.anchors.length ? `Leans on ${s.anchors.map((a) => a.what).join('; ')}.` : 'No measured row of the family is near.'}`,
      head: ['Figure', 'P10', 'P50', 'P90', 'Unit'],
      rows: [
        ['Time to first token', ...range(s.ttft_ms), 'ms'],
        ['Time of an output token', ...range(s.tpot_ms), 'ms'],
        ['Throughput of a GPU', ...range(s.throughput_tok_s_per_gpu), 'tokens/s'],
      ],
    });
  }
  if (plan.throughput) {
    const t = plan.throughput;
    const assumed = Object.entries(t.assumed).map(([k, v]) => `${k} ${v}`);
    tables.push({
      title: 'A GPU kept full',
      note: `Basis: ${t.basis}; confidence: ${t.confidence}.${t.unchecked.length > 0 ? ` Unchecked: ${t.unchecked.join('; ')}.` : ''} Assumed: ${assumed.join(', ')}.`,
      head: ['Figure', 'P10', 'P50', 'P90', 'Unit'],
      rows: [['Output of a GPU', ...range(t.throughput_tok_s_per_gpu), 'tokens/s']],
    });
  }
  if (plan.service) {
    const v = plan.service;
    tables.push({
      title: 'Service',
      note: v.reachable
        ? 'Simulated with bursts.'
        : 'One request alone misses the target: no number of replicas reaches it.',
      head: ['Figure', 'Value'],
      rows: [
        ['Replicas', n(v.replicas)],
        ['Replicas, 80 % interval', `${count(v.interval.low)} to ${count(v.interval.high)}`],
        ['GPUs', n(v.gpus)],
        ['p95 time to first token, ms', n(v.ttftP95)],
        ['p95 time of an output token, ms', n(v.tpotP95)],
      ],
    });
  }
  return tables;
}

function costTables(plan: PlanAnswer): ReportTable[] {
  if (!plan.cost) return [];
  const c = plan.cost;
  const money = c.currency;
  const labels = { onPremise: 'On premise', cloud: 'Rented GPUs', api: 'API' } as const;
  const breakEven = (other: 'cloud' | 'api') => {
    const b = c.breakEven[other];
    return [
      labels[other],
      b.typicalMonth === null ? 'never' : `month ${b.typicalMonth}`,
      ...[12, 24, 36, 60].map((m) => `${n(100 * (b.byMonth[Math.min(m, b.byMonth.length) - 1] ?? 0))} %`),
      `${n(100 * b.never)} %`,
    ];
  };
  return [
    {
      title: `Cost over ${c.years} years`,
      note: `Present value, ${n(c.draws)} draws, seed ${c.seed}. ${c.assumed.length} figures come from the catalogue and not from you.`,
      head: [
        'Way',
        `P10 ${money}`,
        `P50 ${money}`,
        `P90 ${money}`,
        `P50 ${money} a million tokens`,
        'Cheapest in',
      ],
      rows: (['onPremise', 'cloud', 'api'] as const).map((way) => [
        labels[way],
        ...range(c.total[way]),
        n(c.perMillionTokens[way].p50),
        `${n(100 * c.cheapest[way])} % of draws`,
      ]),
    },
    {
      title: 'When owning has cost no more',
      head: ['Against', 'At typical figures', 'By month 12', '24', '36', '60', 'Never'],
      rows: [breakEven('cloud'), breakEven('api')],
    },
    {
      title: 'What moves the result most',
      note: 'Total of owning less total of the API, each figure at its P10 and P90; rank correlation over all draws.',
      head: ['Figure', 'At P10', 'At P90', 'Rank correlation'],
      rows: c.tornado
        .slice(0, 10)
        .map((t) => [
          t.field,
          n(t.low),
          n(t.high),
          n(c.rankCorrelations.find((r) => r.field === t.field)?.rho ?? 0, 2),
        ]),
    },
    {
      title: 'Figures that were assumed',
      head: ['Figure', 'Source'],
      rows: c.assumed.map((a) => [a.field, a.source]),
    },
  ];
}

function controlTables(plan: PlanAnswer): ReportTable[] {
  if (!plan.control) return [];
  const c = plan.control;
  return [
    {
      title: 'Control',
      note: c.notice,
      head: ['Axis', 'Way', 'Score', 'Evidence', 'To verify'],
      rows: c.cells.map((cell) => [
        cell.axis,
        cell.way,
        cell.score === null ? 'no evidence' : n(cell.score, 2),
        `${cell.evidenced} of ${cell.of}`,
        cell.toVerify.join('; '),
      ]),
    },
  ];
}

function programmeTables(plan: PlanAnswer): ReportTable[] {
  if (!plan.programme) return [];
  const p = plan.programme;
  const rows = Object.entries(p).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value)
      ? [[name.replaceAll('_', ' '), n(value.low), n(value.typical), n(value.high), value.unit]]
      : [],
  );
  return [
    {
      title: 'Recording programme',
      note: `${n(p.recorded_hours_a_month)} hours recorded a month.`,
      head: ['Figure', 'Low', 'Typical', 'High', 'Unit'],
      rows,
    },
    {
      title: 'Rates of the programme',
      head: ['Rate', 'Typical', 'Unit', 'Source'],
      rows: p.rates.map((r) => [r.name.replaceAll('_', ' '), n(r.value.typical), r.value.unit, r.source]),
    },
  ];
}

function deployTables(plan: PlanAnswer): ReportTable[] {
  if (!plan.deploy) return [];
  return [
    {
      title: 'To carry into a closed room',
      head: ['Kind', 'Name', 'GiB', 'Digest', 'How'],
      rows: plan.deploy.airGap.map((item) => [
        item.kind,
        item.name,
        item.gib === null ? '?' : `${item.sure ? '' : 'about '}${n(item.gib)}`,
        item.digest ?? 'write down when fetched',
        item.fetch,
      ]),
    },
  ];
}
