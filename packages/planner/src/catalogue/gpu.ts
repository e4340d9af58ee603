import gpusFile from '../../catalogue/gpus.json' with { type: 'json' };
import type { Checked } from '../problem.ts';
import type { Confidence } from './model.ts';
import { nearNames } from './near.ts';

/** Memory in GiB, rates in TFLOP/s (dense), bandwidths in GB/s, power in W. */
export type GpuSpec = {
  memory: number;
  /** What the driver reports as total, in GiB: the base of an engine's memory fraction. */
  usable: number;
  bandwidth: number;
  bf16: number;
  fp8?: number;
  fp4?: number;
  int8: number;
  power: number;
  link: number;
  network: number;
};

export type Gpu = {
  name: string;
  title: string;
  aliases: string[];
  vendor: string;
  class: string;
  generation: string;
  spec: GpuSpec;
  source: string;
  date: string;
  confidence: Confidence;
  inferred?: string[];
  note?: string;
};

export const builtInGpus: readonly Gpu[] = (gpusFile as unknown as { rows: Gpu[] }).rows;

/** A GPU by its name, title or an alias, whatever the case and punctuation; `own` come first. */
export function findGpu(wanted: string, own: readonly Gpu[] = []): Checked<Gpu> {
  const gpus = [...own, ...builtInGpus];
  const target = plain(wanted.replace(/\((?!\d)[^)]*\)/g, ' '));
  const names = (gpu: Gpu) => [gpu.name, gpu.title, ...gpu.aliases].map(plain);
  const found =
    gpus.find((gpu) => names(gpu).includes(target)) ??
    gpus.find((gpu) =>
      names(gpu).some((name) => name === target.replace(/\d+x/, '').replace(/(\d+)gb$/, '')),
    );
  if (found) return { ok: true, value: found };
  return {
    ok: false,
    problems: [
      {
        code: 'unknown-name',
        at: 'gpu',
        message: `no GPU is called ${JSON.stringify(wanted)}`,
        near: nearNames(
          wanted,
          gpus.map(({ name, title, aliases }) => ({ name, also: [title, ...aliases] })),
        ),
      },
    ],
  };
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\s*\d+x\s+/, '')
    .replace(/\b(nvidia|amd|intel|geforce|instinct|tesla|virtualized)\b/g, '')
    .replace(/\bhbm3e?\b/g, '')
    .replace(/[^a-z0-9]+/g, '');
}
