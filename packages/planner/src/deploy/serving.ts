import type { ModelFile } from '../memory/model-file.ts';
import type { Checked, Problem } from '../problem.ts';

/** What a deployment is written from: the plan's own figures. */
export type Deployment = {
  engine: 'vllm' | 'sglang' | 'llama.cpp';
  model: string;
  /** Where the weights lie on the machine. */
  modelPath: string;
  servedName: string;
  image: string;
  imageDigest: string | null;
  gpu: string;
  gpuMemoryGib: number;
  gpus: number;
  tp: number;
  pp: number;
  dp: number;
  expertParallel: boolean;
  quant: string;
  kvDtype: string;
  maxModelLen: number;
  maxNumSeqs: number;
  maxBatchedTokens: number;
  fraction: number;
  port: number;
  user: string;
  diskGib: number;
  vendor: 'nvidia' | 'amd';
  /** Null: not checked. */
  minDriver: string | null;
  /** The model's files where they are known, for the list of what to carry in. */
  files: readonly ModelFile[];
  unchecked: string[];
};

const names = /^[A-Za-z0-9][A-Za-z0-9._/@:+-]{0,200}$/;
const paths = /^\/[A-Za-z0-9._/@+ -]{1,300}$/;

/** Names and paths end in scripts: only plain characters, all faults at once. */
export function checkDeployment(d: Deployment): Checked<Deployment> {
  const problems: Problem[] = [];
  const text = (at: keyof Deployment, pattern: RegExp) => {
    const value = d[at];
    if (typeof value !== 'string' || !pattern.test(value))
      problems.push({
        code: 'impossible',
        at,
        message: 'has characters that a script should not carry',
        right: String(pattern),
      });
  };
  text('model', names);
  text('servedName', names);
  text('image', names);
  text('user', /^[a-z_][a-z0-9_-]{0,31}$/);
  text('modelPath', paths);
  if (d.minDriver !== null) text('minDriver', /^\d+(\.\d+)*$/);
  if (d.modelPath.includes('..'))
    problems.push({ code: 'impossible', at: 'modelPath', message: 'climbs out of its folder' });
  if (d.imageDigest !== null && !/^sha256:[0-9a-f]{64}$/.test(d.imageDigest))
    problems.push({
      code: 'impossible',
      at: 'imageDigest',
      message: 'is no digest',
      right: 'sha256: and 64 hex digits',
    });
  if (d.tp * d.pp * d.dp !== d.gpus)
    problems.push({
      code: 'impossible',
      at: 'gpus',
      message: `${d.tp} x ${d.pp} x ${d.dp} is not ${d.gpus}`,
      right: String(d.tp * d.pp * d.dp),
    });
  if (!(d.port >= 1024 && d.port <= 65535))
    problems.push({ code: 'impossible', at: 'port', message: `cannot be ${d.port}`, right: '1024 to 65535' });
  if (!(d.fraction > 0 && d.fraction <= 1))
    problems.push({ code: 'impossible', at: 'fraction', message: `cannot be ${d.fraction}` });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: d };
}

/** The words of the command that serves the plan. Sources: the engines' own argument lists. */
export function serveCommand(d: Deployment): string[] {
  if (d.engine === 'vllm') {
    return [
      'vllm',
      'serve',
      d.modelPath,
      '--served-model-name',
      d.servedName,
      '--host',
      '127.0.0.1',
      '--port',
      String(d.port),
      '--tensor-parallel-size',
      String(d.tp),
      ...(d.pp > 1 ? ['--pipeline-parallel-size', String(d.pp)] : []),
      ...(d.dp > 1 ? ['--data-parallel-size', String(d.dp)] : []),
      ...(d.expertParallel ? ['--enable-expert-parallel'] : []),
      '--gpu-memory-utilization',
      String(d.fraction),
      '--max-model-len',
      String(d.maxModelLen),
      '--max-num-seqs',
      String(d.maxNumSeqs),
      '--max-num-batched-tokens',
      String(d.maxBatchedTokens),
      ...(d.kvDtype === 'fp8' ? ['--kv-cache-dtype', 'fp8'] : []),
      '--disable-log-requests',
    ];
  }
  if (d.engine === 'sglang') {
    return [
      'python3',
      '-m',
      'sglang.launch_server',
      '--model-path',
      d.modelPath,
      '--served-model-name',
      d.servedName,
      '--host',
      '127.0.0.1',
      '--port',
      String(d.port),
      '--tp-size',
      String(d.tp * d.dp),
      ...(d.pp > 1 ? ['--pp-size', String(d.pp)] : []),
      ...(d.dp > 1 ? ['--dp-size', String(d.dp), '--enable-dp-attention'] : []),
      ...(d.expertParallel ? ['--ep-size', String(d.tp * d.dp)] : []),
      '--mem-fraction-static',
      String(d.fraction),
      '--context-length',
      String(d.maxModelLen),
      '--max-running-requests',
      String(d.maxNumSeqs),
      '--chunked-prefill-size',
      String(d.maxBatchedTokens),
      ...(d.kvDtype === 'fp8' ? ['--kv-cache-dtype', 'fp8_e4m3'] : []),
    ];
  }
  return [
    'llama-server',
    '--model',
    d.modelPath,
    '--alias',
    d.servedName,
    '--host',
    '127.0.0.1',
    '--port',
    String(d.port),
    '--n-gpu-layers',
    '999',
    '--split-mode',
    'layer',
    '--ctx-size',
    String(d.maxModelLen * d.maxNumSeqs),
    '--parallel',
    String(d.maxNumSeqs),
    '--ubatch-size',
    String(d.maxBatchedTokens),
    ...(d.kvDtype === 'bf16' || d.kvDtype === 'f16'
      ? []
      : ['--cache-type-k', d.kvDtype, '--cache-type-v', d.kvDtype]),
    '--offline',
  ];
}

/** Closed by default: no telemetry, no hub, no usage statistics. */
export const closedEnvironment: Readonly<Record<string, string>> = {
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  VLLM_NO_USAGE_STATS: '1',
  DO_NOT_TRACK: '1',
};
