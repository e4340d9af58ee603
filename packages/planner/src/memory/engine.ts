/**
 * What differs between engines and their versions. Each profile names where its figures come from; a figure that
 * was fitted to measured rows says so. Version bounds are the first version for which a profile holds.
 */
export type EngineProfile = {
  engine: 'vllm' | 'sglang' | 'trtllm' | 'llama.cpp' | 'unsloth';
  since: string;
  /** Share of memory that the engine takes when not told. */
  fraction: number;
  /** Of all memory, of what the weights leave, or no fixed share. */
  fractionOf: 'total' | 'after-weights' | 'none';
  block: number;
  /** CUDA context, libraries and workspaces outside the allocator, GiB on one GPU. */
  nonTorchGib: number;
  /** Further communicator buffers, GiB, at two GPUs and at four or more. */
  ncclGib: { two: number; more: number };
  /** CUDA graphs, GiB a layer and captured batch of 256 (fitted); whether the budget already counts them. */
  graphsGib: number;
  graphsInBudget: boolean;
  maxNumSeqs: (gpuGib: number, generation: string) => number;
  maxBatchedTokens: (gpuGib: number, generation: string, maxLen: number) => number;
  source: string;
  /** The measured rows that its overheads were held against; null: none exist, and every answer says so. */
  checked: string | null;
};

// vLLM gives large cards (70 GiB and more, A100 excepted) larger defaults: EngineArgs, UsageContext defaults.
const large = (gib: number, generation: string) => gib >= 70 && generation !== 'ampere';
const vllmSource =
  'vLLM EngineArgs and log lines of measured runs (data/planner/vllm_memory.csv); NCCL 342 and 392 MB measured';
const nccl = { two: 0.334, more: 0.383 };

const vllm0: EngineProfile = {
  engine: 'vllm',
  since: '0',
  fraction: 0.9,
  fractionOf: 'total',
  block: 16,
  nonTorchGib: 0.2,
  ncclGib: nccl,
  graphsGib: 0.5,
  graphsInBudget: false,
  maxNumSeqs: () => 256,
  // Up to 32,768 tokens the first engine prefilled whole prompts; beyond it chunks of 2,048.
  maxBatchedTokens: (_gib, _generation, maxLen) => (maxLen > 32768 ? 2048 : Math.max(2048, maxLen)),
  source: vllmSource,
  checked: 'log lines of vLLM 0.6 to 0.22 (docs/planner-accuracy.md: KV tokens, end to end)',
};
const vllm1: EngineProfile = {
  ...vllm0,
  since: '0.8',
  nonTorchGib: 0.07,
  maxNumSeqs: (gib, generation) => (large(gib, generation) ? 1024 : 256),
  maxBatchedTokens: (gib, generation) => (large(gib, generation) ? 8192 : 2048),
};

const profiles: EngineProfile[] = [
  vllm0,
  vllm1,
  { ...vllm1, since: '0.10', nonTorchGib: 0.13 },
  { ...vllm1, since: '0.22', nonTorchGib: 0.13, fraction: 0.92, graphsInBudget: true },
  // vLLM as Unsloth starts it: the number of sequences follows the memory that is left for KV.
  {
    ...vllm1,
    engine: 'unsloth',
    since: '0',
    nonTorchGib: 0.06,
    source: `${vllmSource}; Unsloth's notebooks`,
  },
  {
    ...vllm1,
    engine: 'sglang',
    since: '0',
    fraction: 0.88,
    block: 1,
    nonTorchGib: 0.4,
    graphsGib: 1,
    graphsInBudget: false,
    maxNumSeqs: () => 256,
    maxBatchedTokens: (gib) => (gib >= 70 ? 8192 : 2048),
    source: 'SGLang ServerArgs: mem_fraction_static covers weights and KV',
    checked: null,
  },
  {
    ...vllm1,
    engine: 'trtllm',
    since: '0',
    fraction: 0.9,
    fractionOf: 'after-weights',
    block: 32,
    nonTorchGib: 0.5,
    graphsGib: 0.6,
    maxNumSeqs: () => 256,
    maxBatchedTokens: () => 8192,
    source: 'TensorRT-LLM KvCacheConfig: free_gpu_memory_fraction of what is free after the weights',
    checked: null,
  },
  {
    ...vllm0,
    engine: 'llama.cpp',
    since: '0',
    fraction: 1,
    fractionOf: 'none',
    block: 1,
    nonTorchGib: 0.35,
    ncclGib: { two: 0, more: 0 },
    graphsGib: 0,
    maxNumSeqs: () => 1,
    maxBatchedTokens: () => 512,
    source: 'llama.cpp: contexts are allocated whole; compute buffers from its log lines',
    checked: 'KV and compute buffers of its log lines (docs/planner-accuracy.md)',
  },
];

const engineAliases: Record<string, EngineProfile['engine']> = {
  vllm: 'vllm',
  sglang: 'sglang',
  trtllm: 'trtllm',
  'tensorrt-llm': 'trtllm',
  tensorrt_llm: 'trtllm',
  'llama.cpp': 'llama.cpp',
  llamacpp: 'llama.cpp',
  llama_cpp: 'llama.cpp',
  ik_llama: 'llama.cpp',
  'ik_llama.cpp': 'llama.cpp',
  unsloth: 'unsloth',
};

export const engineNames: readonly string[] = ['vllm', 'sglang', 'trtllm', 'llama.cpp', 'unsloth'];

/** The profile of an engine at a version; the newest where no version is said. Undefined: no such engine. */
export function engineProfile(engine: string, version?: string): EngineProfile | undefined {
  const name = engineAliases[engine.trim().toLowerCase()];
  const own = profiles.filter((profile) => profile.engine === name);
  const wanted = version ? /\d+(\.\d+)*/.exec(version)?.[0] : undefined;
  if (!wanted) return own.at(-1);
  return own.filter((profile) => compareVersions(profile.since, wanted) <= 0).at(-1) ?? own[0];
}

export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How many sequences Unsloth asks vLLM for, by the GiB that are left for KV. Source: unsloth_zoo vllm_utils. */
export function unslothSequences(kvGib: number): number {
  const steps: [number, number][] = [
    [2, 128],
    [4, 160],
    [8, 192],
    [12, 224],
    [16, 256],
    [24, 288],
    [40, 320],
    [80, 368],
  ];
  return steps.find(([gib]) => kvGib <= gib)?.[1] ?? 400;
}
