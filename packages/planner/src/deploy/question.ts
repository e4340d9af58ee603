import { findGpu } from '../catalogue/gpu.ts';
import { inventory } from '../memory/inventory.ts';
import { bytesOf } from '../memory/quant.ts';
import { type MemoryAsked, modelOf, type Own, readMemory } from '../memory/question.ts';
import { serveMemory } from '../memory/serve.ts';
import type { Checked, Problem } from '../problem.ts';
import { type DeployAnswer, deployFiles } from './files.ts';
import type { Deployment } from './serving.ts';

/** `plan deploy`: the fields of `plan memory`, and where and how it is to run. */
export type DeployAsked = MemoryAsked & {
  model_path?: string | null;
  served_name?: string | null;
  image?: string | null;
  image_digest?: string | null;
  port?: number | null;
  user?: string | null;
  min_driver?: string | null;
};

/** The projects' own images; AMD's builds are not tagged by the engine's version, so theirs is left to be pinned. */
const images = {
  nvidia: {
    vllm: 'vllm/vllm-openai',
    sglang: 'lmsysorg/sglang',
    'llama.cpp': 'ghcr.io/ggml-org/llama.cpp:server-cuda',
  },
  amd: {
    vllm: 'rocm/vllm',
    sglang: 'rocm/sgl-dev',
    'llama.cpp': 'ghcr.io/ggml-org/llama.cpp:server-rocm',
  },
} as const;

const vendors = ['nvidia', 'amd'] as const;

/** Files for a plan that fits; a plan that does not is a problem with what binds. */
export function askDeploy(asked: DeployAsked, own: Own = {}): Checked<DeployAnswer> {
  const read = readMemory(asked, own);
  if (!read.ok) return read;
  const input = read.value;
  const memory = serveMemory(input);
  const problems: Problem[] = [];
  const engine = input.engine.engine;
  if (engine !== 'vllm' && engine !== 'sglang' && engine !== 'llama.cpp') {
    problems.push({
      code: 'impossible',
      at: 'engine',
      message: `no files are written for ${engine}`,
      right: Object.keys(images.nvidia).join(', '),
    });
  }
  if (!memory.fits) {
    problems.push({
      code: 'impossible',
      at: 'max_model_len',
      message: `does not fit: ${memory.binds} binds`,
      right:
        memory.maxContext > 0
          ? `at most ${memory.maxContext} tokens`
          : 'more or larger GPUs, or a smaller layout of weights',
    });
  }
  const gpu = findGpu(asked.gpu ?? '', own.gpus);
  const model = modelOf(asked.model, own.models);
  const vendor = vendors.find((name) => gpu.ok && gpu.value.vendor === name);
  if (gpu.ok && !vendor)
    problems.push({
      code: 'impossible',
      at: 'gpu',
      message: `no files are written for accelerators of ${gpu.value.vendor}`,
      right: vendors.join(', '),
    });
  if (
    problems.length > 0 ||
    !gpu.ok ||
    !vendor ||
    !model.ok ||
    (engine !== 'vllm' && engine !== 'sglang' && engine !== 'llama.cpp')
  )
    return { ok: false, problems };
  const name = typeof asked.model === 'string' ? asked.model : (asked.served_name ?? 'own-model');
  const { layout } = input;
  const plain = vendor === 'nvidia' && engine !== 'llama.cpp' && asked.engine_version;
  const tag = plain ? `:v${plain.replace(/^v/, '')}` : '';
  const fileBytes =
    input.fileBytes ??
    inventory(input.shape).reduce((sum, part) => sum + part.params * bytesOf(input.quant, part.role), 0);
  const deployment: Deployment = {
    engine,
    model: name,
    modelPath: asked.model_path ?? `/srv/models/${name.replaceAll('/', '--')}`,
    servedName: asked.served_name ?? name,
    image: asked.image ?? `${images[vendor][engine]}${tag}`,
    imageDigest: asked.image_digest ?? null,
    gpu: gpu.value.title,
    gpuMemoryGib: input.gpuGib ?? gpu.value.spec.usable,
    gpus: layout.tp * layout.pp,
    tp: layout.tp / layout.attentionDp,
    pp: layout.pp,
    dp: layout.attentionDp,
    expertParallel: layout.expertEp > 1,
    quant: input.quant.name,
    kvDtype: input.kv.key.name,
    maxModelLen: input.maxLen,
    maxNumSeqs: Math.max(1, Math.min(memory.assumed.sequences, Math.floor(memory.maxConcurrency * 4))),
    maxBatchedTokens: memory.assumed.batchedTokens,
    fraction: memory.assumed.fraction,
    port: asked.port ?? 8000,
    user: asked.user ?? 'inference',
    diskGib: Math.ceil((fileBytes / 2 ** 30) * 10) / 10,
    vendor,
    minDriver: asked.min_driver ?? (vendor === 'nvidia' ? '550.54' : null),
    files: model.value.files ?? [],
    unchecked: memory.unchecked,
  };
  return deployFiles(deployment);
}
