/**
 * What of a model decides its memory and speed, in the terms of its published config.json. One flat record: the
 * catalogue keeps it as it is, and `layersOf` turns it into groups of like layers.
 */
export type Shape = {
  architecture: string;
  layers: number;
  hidden: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  intermediate: number;
  vocab: number;
  tied: boolean;
  maxPosition: number;
  /** Gated MLP (three matrices, the default) or plain (two). */
  gated?: boolean;
  gatedQuery?: boolean;
  qkvBias?: boolean;
  attentionLayers?: number;
  experts?: number;
  expertsActive?: number;
  expertIntermediate?: number;
  /** Width at which routed experts work when it is not the hidden size (latent experts). */
  expertLatent?: number;
  sharedExperts?: number;
  sharedIntermediate?: number;
  denseFirst?: number;
  /** Every n-th layer has experts; 1 where absent. */
  moeEvery?: number;
  qRank?: number;
  kvRank?: number;
  ropeDim?: number;
  nopeDim?: number;
  valueDim?: number;
  window?: number;
  windowLayers?: number;
  windowKvHeads?: number;
  fullHeadDim?: number;
  fullKvHeads?: number;
  keysAreValues?: boolean;
  /** Tokens per kept KV entry, in turn over the layers (DeepSeek-V4). */
  compressed?: number[];
  sparseTop?: number;
  indexDim?: number;
  indexHeads?: number;
  linearLayers?: number;
  linearKeyHeads?: number;
  linearValueHeads?: number;
  linearKeyDim?: number;
  linearValueDim?: number;
  mambaLayers?: number;
  mambaHeads?: number;
  mambaHeadDim?: number;
  mambaState?: number;
  mambaGroups?: number;
  mambaConv?: number;
  /** Nemotron-H's letters: M Mamba, * attention, E experts, - MLP. */
  pattern?: string;
  /** KV heads of each attention layer, where they differ. */
  kvHeadsByLayer?: number[];
  draftLayers?: number;
  visionParams?: number;
  /** Parameters of further embedding tables (per-layer embeddings). */
  embeddingExtraParams?: number;
  quantMethod?: string;
};

export type Mixer =
  | {
      kind: 'attention';
      kvHeads: number;
      headDim: number;
      valueDim: number;
      window?: number;
      compressed?: number;
    }
  | { kind: 'latent'; kvRank: number; ropeDim: number; index?: number }
  | { kind: 'linear'; keyHeads: number; valueHeads: number; keyDim: number; valueDim: number; conv: number }
  | { kind: 'mamba'; heads: number; headDim: number; state: number; groups: number; conv: number }
  | { kind: 'none' };

export type Feed = 'dense' | 'experts' | 'none';

/** `count` layers that are alike. */
export type LayerGroup = { count: number; mixer: Mixer; feed: Feed };

/** The layers of a shape in groups of like layers. The order within the model does not matter to any sum here. */
export function layersOf(shape: Shape): LayerGroup[] {
  if (shape.pattern) return fromPattern(shape, shape.pattern);
  const mixers = mixersOf(shape);
  const feeds = feedsOf(shape);
  // Mixers and feeds vary independently; pair them in order so that the counts of both stay right.
  const groups: LayerGroup[] = [];
  let mixerAt = 0;
  let feedAt = 0;
  const mixerLeft = mixers.map((m) => m.count);
  const feedLeft = feeds.map((f) => f.count);
  while (mixerAt < mixers.length && feedAt < feeds.length) {
    const count = Math.min(mixerLeft[mixerAt] ?? 0, feedLeft[feedAt] ?? 0);
    const mixer = mixers[mixerAt];
    const feed = feeds[feedAt];
    if (count > 0 && mixer && feed) groups.push({ count, mixer: mixer.mixer, feed: feed.feed });
    mixerLeft[mixerAt] = (mixerLeft[mixerAt] ?? 0) - count;
    feedLeft[feedAt] = (feedLeft[feedAt] ?? 0) - count;
    if (mixerLeft[mixerAt] === 0) mixerAt++;
    if (feedLeft[feedAt] === 0) feedAt++;
  }
  return groups;
}

function mixersOf(shape: Shape): { count: number; mixer: Mixer }[] {
  if (shape.kvHeadsByLayer) {
    return shape.kvHeadsByLayer.map((kvHeads) => ({
      count: 1,
      mixer: kvHeads === 0 ? { kind: 'none' } : plain(kvHeads, shape.headDim),
    }));
  }
  if (shape.kvRank && shape.ropeDim !== undefined) {
    const mixer: Mixer = { kind: 'latent', kvRank: shape.kvRank, ropeDim: shape.ropeDim };
    if (shape.indexDim) mixer.index = shape.indexDim;
    return [{ count: shape.layers, mixer }];
  }
  if (shape.compressed?.length) {
    const share = shape.compressed.length;
    return shape.compressed.map((compressed, i) => ({
      count: Math.floor((shape.layers + share - 1 - i) / share),
      mixer: {
        kind: 'attention',
        kvHeads: 1,
        headDim: shape.headDim,
        valueDim: 0,
        compressed,
        window: shape.window ?? 128,
      },
    }));
  }
  const groups: { count: number; mixer: Mixer }[] = [];
  const window = shape.window && shape.windowLayers ? shape.windowLayers : 0;
  const linear = shape.linearLayers ?? 0;
  const mamba = shape.mambaLayers ?? 0;
  const sideBySide = mamba === shape.layers;
  const full = shape.attentionLayers ?? shape.layers - window - linear - (sideBySide ? 0 : mamba);
  if (window > 0)
    groups.push({
      count: window,
      mixer: {
        ...plain(shape.windowKvHeads ?? shape.kvHeads, shape.headDim, shape.valueDim),
        window: shape.window ?? 0,
      },
    });
  if (linear > 0) groups.push({ count: linear, mixer: linearMixer(shape) });
  if (full > 0) {
    const headDim = shape.fullHeadDim ?? shape.headDim;
    // keysAreValues shares the projection, and vLLM keeps both all the same.
    groups.push({ count: full, mixer: plain(shape.fullKvHeads ?? shape.kvHeads, headDim, shape.valueDim) });
  }
  if (mamba > 0 && !sideBySide) groups.push({ count: mamba, mixer: mambaMixer(shape) });
  const rest = shape.layers - groups.reduce((sum, group) => sum + group.count, 0);
  if (rest > 0) groups.push({ count: rest, mixer: { kind: 'none' } });
  return groups;
}

function feedsOf(shape: Shape): { count: number; feed: Feed }[] {
  if (!shape.experts) return [{ count: shape.layers, feed: 'dense' }];
  const first = shape.denseFirst ?? 0;
  const every = shape.moeEvery ?? 1;
  const experts = Math.floor((shape.layers - first) / every);
  return [
    { count: shape.layers - experts, feed: 'dense' as const },
    { count: experts, feed: 'experts' as const },
  ].filter((group) => group.count > 0);
}

function fromPattern(shape: Shape, pattern: string): LayerGroup[] {
  const count = (letter: string) => [...pattern].filter((c) => c === letter).length;
  const groups: LayerGroup[] = [
    { count: count('M'), mixer: mambaMixer(shape), feed: 'none' },
    { count: count('*'), mixer: plain(shape.kvHeads, shape.headDim), feed: 'none' },
    { count: count('E'), mixer: { kind: 'none' }, feed: 'experts' },
    { count: count('-'), mixer: { kind: 'none' }, feed: 'dense' },
  ];
  return groups.filter((group) => group.count > 0);
}

function plain(kvHeads: number, headDim: number, valueDim = headDim): Extract<Mixer, { kind: 'attention' }> {
  return { kind: 'attention', kvHeads, headDim, valueDim };
}

function linearMixer(shape: Shape): Mixer {
  return {
    kind: 'linear',
    keyHeads: shape.linearKeyHeads ?? 0,
    valueHeads: shape.linearValueHeads ?? 0,
    keyDim: shape.linearKeyDim ?? 0,
    valueDim: shape.linearValueDim ?? 0,
    conv: 4,
  };
}

export function mambaMixer(shape: Shape): Extract<Mixer, { kind: 'mamba' }> {
  return {
    kind: 'mamba',
    heads: shape.mambaHeads ?? 0,
    headDim: shape.mambaHeadDim ?? 0,
    state: shape.mambaState ?? 0,
    groups: shape.mambaGroups ?? 1,
    conv: shape.mambaConv ?? 4,
  };
}
