import { layersOf, type Mixer, type Shape } from '../catalogue/shape.ts';

/**
 * The parameters of a model by the role of their tensors. Roles decide what a quantiser touches (linears, yes;
 * embeddings, routers and norms, no) and how a tensor is cut over GPUs.
 */
export type Role =
  | 'embedding'
  | 'head'
  | 'query'
  | 'keyvalue'
  | 'mixer'
  | 'mlp'
  | 'experts'
  | 'shared'
  | 'router'
  | 'norm'
  | 'vision'
  | 'draft';

export type Part = { role: Role; params: number };

/** Parameters by role over the whole model. Source: the layer definitions of the models' own code. */
export function inventory(shape: Shape): Part[] {
  const sums = new Map<Role, number>();
  const add = (role: Role, params: number) => sums.set(role, (sums.get(role) ?? 0) + params);
  const table = shape.vocab * shape.hidden;
  add('embedding', table + (shape.embeddingExtraParams ?? 0));
  if (!shape.tied) add('head', table);
  for (const group of layersOf(shape)) {
    for (const part of mixerParams(shape, group.mixer)) add(part.role, part.params * group.count);
    if (group.feed === 'dense') add('mlp', mlp(shape, shape.hidden, shape.intermediate) * group.count);
    if (group.feed === 'experts')
      for (const part of expertParams(shape)) add(part.role, part.params * group.count);
    add('norm', 2 * shape.hidden * group.count);
  }
  // Side by side with the attention of every layer (Falcon-H1).
  if (shape.mambaLayers === shape.layers && !shape.pattern) {
    add('mixer', mambaParams(shape) * shape.layers);
  }
  add('norm', shape.hidden);
  if (shape.visionParams) add('vision', shape.visionParams);
  if (shape.draftLayers) add('draft', shape.draftLayers * draftParams(shape));
  return [...sums].map(([role, params]) => ({ role, params })).filter((part) => part.params > 0);
}

/** All parameters, draft layers apart: what a model's name counts. */
export function parameterCount(shape: Shape): number {
  return inventory(shape).reduce((sum, part) => sum + (part.role === 'draft' ? 0 : part.params), 0);
}

/** Parameters that one token passes through: routed experts count as active / all. */
export function activeParameterCount(shape: Shape): number {
  return inventory(shape).reduce(
    (sum, part) => {
      if (part.role === 'draft' || part.role === 'vision' || part.role === 'embedding') return sum;
      const share = part.role === 'experts' ? (shape.expertsActive ?? 1) / (shape.experts ?? 1) : 1;
      return sum + part.params * share;
    },
    shape.tied ? shape.vocab * shape.hidden : 0,
  );
}

function mixerParams(shape: Shape, mixer: Mixer): Part[] {
  const { hidden, heads } = shape;
  switch (mixer.kind) {
    case 'none':
      return [];
    case 'attention': {
      if (mixer.compressed !== undefined) return compressedAttention(shape);
      const valueDim = mixer.valueDim;
      const query = hidden * heads * mixer.headDim * (shape.gatedQuery ? 2 : 1) + heads * valueDim * hidden;
      const shared = shape.keysAreValues && mixer.headDim === shape.fullHeadDim;
      const keyvalue = hidden * mixer.kvHeads * (mixer.headDim + (shared ? 0 : valueDim));
      const bias = shape.qkvBias ? heads * mixer.headDim + 2 * mixer.kvHeads * mixer.headDim : 0;
      return [
        { role: 'query', params: query },
        { role: 'keyvalue', params: keyvalue },
        { role: 'norm', params: bias },
      ];
    }
    case 'latent': {
      const nope = shape.nopeDim ?? 0;
      const value = shape.valueDim ?? nope;
      const queryOut = heads * (nope + mixer.ropeDim);
      const query = shape.qRank ? hidden * shape.qRank + shape.qRank * queryOut : hidden * queryOut;
      const up = mixer.kvRank * heads * (nope + value) + heads * value * hidden;
      const index = mixer.index
        ? hidden * mixer.index + (shape.qRank ?? hidden) * (shape.indexHeads ?? 1) * mixer.index
        : 0;
      return [
        { role: 'query', params: query + up + index },
        { role: 'keyvalue', params: hidden * (mixer.kvRank + mixer.ropeDim) },
      ];
    }
    case 'linear': {
      const keys = mixer.keyHeads * mixer.keyDim;
      const values = mixer.valueHeads * mixer.valueDim;
      const inProjection = hidden * (2 * keys + 2 * values + 2 * mixer.valueHeads);
      return [{ role: 'mixer', params: inProjection + values * hidden + mixer.conv * (2 * keys + values) }];
    }
    case 'mamba':
      return [{ role: 'mixer', params: mambaParams(shape) }];
  }
}

/** DeepSeek-V4: low-rank queries, one 512-wide KV head, grouped low-rank output. Inferred from its config. */
function compressedAttention(shape: Shape): Part[] {
  const rank = shape.qRank ?? shape.hidden;
  const inner = shape.heads * shape.headDim;
  return [
    { role: 'query', params: shape.hidden * rank + rank * inner + inner * 128 + shape.hidden * 1024 * 8 },
    { role: 'keyvalue', params: 2 * shape.hidden * shape.headDim },
  ];
}

function mambaParams(shape: Shape): number {
  const inner = (shape.mambaHeads ?? 0) * (shape.mambaHeadDim ?? 0);
  const states = 2 * (shape.mambaGroups ?? 1) * (shape.mambaState ?? 0);
  const conv = (shape.mambaConv ?? 4) * (inner + states);
  return shape.hidden * (2 * inner + states + (shape.mambaHeads ?? 0)) + inner * shape.hidden + conv;
}

function mlp(shape: Shape, width: number, intermediate: number): number {
  return (shape.gated === false ? 2 : 3) * width * intermediate;
}

function expertParams(shape: Shape): Part[] {
  const width = shape.expertLatent ?? shape.hidden;
  const one = mlp(shape, width, shape.expertIntermediate ?? shape.intermediate);
  const shared =
    shape.sharedIntermediate !== undefined
      ? mlp(shape, shape.hidden, shape.sharedIntermediate)
      : mlp(shape, shape.hidden, (shape.sharedExperts ?? 0) * (shape.expertIntermediate ?? 0));
  const latent = shape.expertLatent ? 2 * shape.hidden * shape.expertLatent : 0;
  return [
    { role: 'experts', params: (shape.experts ?? 0) * one },
    { role: 'shared', params: shared + latent },
    { role: 'router', params: (shape.experts ?? 0) * shape.hidden },
  ];
}

/** A draft (MTP) layer is one more layer of the model's last kind and a projection of two hidden states. */
function draftParams(shape: Shape): number {
  const groups = layersOf(shape);
  const mixer = groups.find(
    (group) => group.mixer.kind === 'attention' || group.mixer.kind === 'latent',
  )?.mixer;
  const attention = mixer ? mixerParams(shape, mixer).reduce((sum, part) => sum + part.params, 0) : 0;
  const feed = shape.experts
    ? expertParams(shape).reduce((sum, part) => sum + part.params, 0)
    : mlp(shape, shape.hidden, shape.intermediate);
  return attention + feed + 2 * shape.hidden * shape.hidden;
}
