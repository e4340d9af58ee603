import { type CostRow, costRows, typicalCost } from '../catalogue/cost.ts';
import type { Gpu } from '../catalogue/gpu.ts';
import { type Server, serverOf } from '../catalogue/server.ts';
import type { Quantity } from './quantity.ts';

/**
 * What the catalogue, or a stated assumption, says of a figure that the user left out. Price and power are those of
 * the GPU, and absent without one: nothing stands in for a GPU that is not there. Keys are fields of `costFields` (a test holds them to it).
 */
export function defaultFigures(gpu: Gpu | undefined, own: readonly CostRow[]): Record<string, Quantity> {
  const fixed = (typical: number, low = typical, high = typical): Quantity => ({
    low,
    typical,
    high,
    source: 'assumption',
  });
  const cost = (category: string, name: string, scale = 1) => typicalCost(category, name, scale, own);
  const priced =
    gpu && [...own, ...costRows].some((row) => row.category === 'gpu_price' && row.name === gpu.name);
  return {
    ...(priced ? { gpuPrice: cost('gpu_price', gpu.name) } : {}),
    ...chassis(gpu ? serverOf(gpu) : undefined, cost),
    storageTb: fixed(20, 10, 40),
    storagePrice: cost('storage', 'NVMe storage'),
    rackPrice: cost('rack', 'rack with power distribution, per 4 servers'),
    ...(gpu ? { boardWatts: { ...fixed(gpu.spec.power), source: sourceOf(gpu) } } : {}),
    wallRatio: cost('power', 'server draw from the wall over GPU board power'),
    idleShare: cost('power', 'idle share of loaded draw'),
    pue: {
      low: 1.2,
      typical: 1.4,
      high: 1.54,
      source: 'PUE rows of costs.json: 1.2 modern, 1.54 world average',
    },
    space: cost('space', 'colocation space, without energy'),
    staffFte: cost('staff', 'on-prem ops'),
    support: cost('support', 'hardware support a year, share of price'),
    spares: cost('spares', 'spares, share of price'),
    failures: cost('failure', 'GPU failures a year'),
    redundancy: fixed(1),
    residual: cost('residual', 'value at the end, share of price, after 4 years'),
    financed: fixed(0),
    interest: cost('finance', 'interest a year'),
    discount: cost('finance', 'discount rate a year'),
    priceFall: cost('depreciation', 'GPU market value lost a year'),
    growth: fixed(0.3, 0, 1),
    utilisation: fixed(0.5, 0.25, 0.75),
    cloudDiscount: cost('cloud_discount', '1-year reserved', 0.01),
    cloudExtra: cost('cloud_hidden', 'share of bill outside GPU rate', 0.01),
    egressTb: {
      ...fixed(0),
      source:
        'assumption: none of its own, since the share on top holds the egress of an ordinary bill; where you give TB, take it out of that share',
    },
    egressPrice: cost('egress', 'cloud egress', 1000),
    cloudFall: fixed(0.15, 0, 0.3),
    apiCached: fixed(0),
    cachedShare: fixed(0, 0, 0),
    apiFall: cost('api_decline', 'API price decline a year, like for like'),
    apiStaffFte: fixed(0.1, 0.05, 0.25),
  };
}

/**
 * The server of this GPU in the catalogue, else one of eight. Chassis and switching are priced by eight GPUs (a
 * workstation by four), so a larger or smaller server takes its share of that price.
 */
function chassis(
  server: Server | undefined,
  cost: (category: string, name: string, scale?: number) => Quantity,
): Record<string, Quantity> {
  const gpus = server?.spec.gpus ?? 8;
  const desk = server?.name.startsWith('workstation') ?? false;
  const at = (said: Quantity, of: number): Quantity =>
    gpus === of ? said : { ...said, source: `${said.source}; for ${gpus} GPUs of ${of}` };
  return {
    serverPrice: desk
      ? at(cost('server_base', 'workstation chassis without GPUs, per 4 GPUs', gpus / 4), 4)
      : at(cost('server_base', 'data centre chassis without GPUs, per 8 GPUs', gpus / 8), 8),
    gpusPerServer: {
      low: gpus,
      typical: gpus,
      high: gpus,
      source: server ? `${server.title}: ${sourceOf(server)}` : 'assumption: a server of eight',
    },
    networkPrice: at(cost('network', 'switching and cabling per 8-GPU server', gpus / 8), 8),
  };
}

const sourceOf = (row: { source: string; date: string; confidence: string }) =>
  `${row.source} (${row.date}, ${row.confidence})`;
