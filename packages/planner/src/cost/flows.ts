import { costIndex } from './inputs.ts';

/** One value for every figure, at `costIndex`: flat, since ten thousand draws of boxed records cost more than the sums. */
export type CostDraw = Float64Array;

/** By place and not by name: a name that varies is looked up a hundred thousand times an answer. */
export const figure = (draw: CostDraw, at: number): number => draw[at] ?? 0;

export const ways = ['onPremise', 'cloud', 'api'] as const;
export type Way = (typeof ways)[number];

export type Flows = {
  /** Cash out by month, undiscounted; month 0 is the purchase. Residual value comes back in the last month. */
  monthly: Record<Way, Float64Array>;
  /** GPUs that run in each month, spares apart. */
  gpus: Float64Array;
  /** Millions of tokens, in and out, over the whole time. */
  millions: number;
};

const hours = 730.5;

/**
 * Monthly cash flows of the three ways to serve one demand. Tokens grow by compound months; when the GPUs cannot
 * serve them at the set utilisation, more are bought (or rented) at the price that the market has then. A financed
 * share is repaid as an annuity over the plan. Source: ordinary discounted cash flow; nothing is netted for tax.
 */
export function cashFlows(draw: CostDraw, years: number, startGpus: number, into?: Flows): Flows {
  const months = years * 12;
  const flows = into ?? emptyFlows(months);
  const { onPremise, cloud, api } = flows.monthly;
  onPremise.fill(0);
  cloud.fill(0);
  api.fill(0);
  const utilisation = figure(draw, costIndex.utilisation);
  const gpusPerServer = figure(draw, costIndex.gpusPerServer);
  const redundancy = figure(draw, costIndex.redundancy);
  const idleShare = figure(draw, costIndex.idleShare);
  const apiIn = figure(draw, costIndex.apiIn);
  const apiOut = figure(draw, costIndex.apiOut);
  const growth = (1 + figure(draw, costIndex.growth)) ** (1 / 12);
  const perGpuMonth = figure(draw, costIndex.tokensPerGpu) * utilisation * hours * 3600;
  const hardwareFall = (1 - figure(draw, costIndex.priceFall)) ** (1 / 12);
  const cloudFall = (1 - figure(draw, costIndex.cloudFall)) ** (1 / 12);
  const apiFall = (1 - figure(draw, costIndex.apiFall)) ** (1 / 12);
  const monthlyRate = figure(draw, costIndex.interest) / 12;
  const annuity = monthlyRate > 0 ? monthlyRate / (1 - (1 + monthlyRate) ** -months) : 1 / months;
  const serverKw =
    (gpusPerServer * figure(draw, costIndex.boardWatts) * figure(draw, costIndex.wallRatio)) / 1000;
  const energyKw = figure(draw, costIndex.pue) * hours * figure(draw, costIndex.electricity);
  const staff = (figure(draw, costIndex.staffFte) * figure(draw, costIndex.staffCost)) / 12;
  const support = figure(draw, costIndex.support) / 12;
  const failed = (figure(draw, costIndex.failures) * figure(draw, costIndex.gpuPrice)) / 12;
  const financed = figure(draw, costIndex.financed);
  const space = figure(draw, costIndex.space);
  const rentEach =
    hours *
    figure(draw, costIndex.cloudHour) *
    (1 - figure(draw, costIndex.cloudDiscount)) *
    (1 + figure(draw, costIndex.cloudExtra));
  const egress = figure(draw, costIndex.egressTb) * figure(draw, costIndex.egressPrice);
  const cached = figure(draw, costIndex.apiCached) > 0 ? figure(draw, costIndex.apiCached) : apiIn;
  const inputPrice =
    ((1 - figure(draw, costIndex.cachedShare)) * apiIn + figure(draw, costIndex.cachedShare) * cached) / 1e6;
  const outputPrice = apiOut / 1e6;
  const apiStaff = (figure(draw, costIndex.apiStaffFte) * figure(draw, costIndex.staffCost)) / 12;
  let tokensIn = figure(draw, costIndex.tokensIn);
  let tokensOut = figure(draw, costIndex.tokensOut);
  let gpus = 0;
  let invested = 0;
  let loan = 0;
  let tokens = 0;
  let hardware = 1;
  let rent = 1;
  let price = 1;
  let grown = 1;
  for (let month = 0; month < months; month++) {
    const wanted = perGpuMonth > 0 ? Math.ceil(tokensOut / perGpuMonth) : startGpus;
    const target = Math.max(startGpus, gpus, wanted);
    let own = 0;
    if (target > gpus) {
      const cost = purchase(draw, target, gpus) * hardware;
      invested += cost;
      loan += cost * financed * annuity;
      own = cost * (1 - financed);
      gpus = target;
    }
    const servers = Math.ceil(gpus / gpusPerServer) + redundancy;
    const load = Math.min(
      1,
      perGpuMonth > 0 ? (tokensOut / (gpus * perGpuMonth)) * utilisation : utilisation,
    );
    const capacityKw = servers * serverKw;
    const power = capacityKw * (idleShare + (1 - idleShare) * load) * energyKw;
    onPremise[month] =
      own + loan + power + capacityKw * space + staff + invested * support + gpus * failed * hardware;
    cloud[month] = Math.max(startGpus, wanted) * rentEach * rent + egress * grown + staff / 2;
    api[month] = (tokensIn * inputPrice + tokensOut * outputPrice) * price + apiStaff;
    flows.gpus[month] = gpus;
    tokens += tokensIn + tokensOut;
    tokensIn *= growth;
    grown *= growth;
    tokensOut *= growth;
    hardware *= hardwareFall;
    rent *= cloudFall;
    price *= apiFall;
  }
  onPremise[months] = -invested * figure(draw, costIndex.residual);
  flows.millions = tokens / 1e6;
  return flows;
}

export function emptyFlows(months: number): Flows {
  const column = () => new Float64Array(months + 1);
  return { monthly: { onPremise: column(), cloud: column(), api: column() }, gpus: column(), millions: 0 };
}

/** Hardware for the GPUs from `had` to `target`; the redundant servers and storage come with the first. */
function purchase(draw: CostDraw, target: number, had: number): number {
  const servers =
    Math.ceil(target / figure(draw, costIndex.gpusPerServer)) -
    Math.ceil(had / figure(draw, costIndex.gpusPerServer)) +
    (had === 0 ? figure(draw, costIndex.redundancy) : 0);
  const gpus =
    target -
    had +
    (had === 0 ? figure(draw, costIndex.redundancy) * figure(draw, costIndex.gpusPerServer) : 0);
  const racks = Math.ceil(servers / 4);
  const parts =
    gpus * figure(draw, costIndex.gpuPrice) +
    servers * (figure(draw, costIndex.serverPrice) + figure(draw, costIndex.networkPrice)) +
    racks * figure(draw, costIndex.rackPrice);
  return (
    parts * (1 + figure(draw, costIndex.spares)) +
    (had === 0 ? figure(draw, costIndex.storageTb) * figure(draw, costIndex.storagePrice) : 0)
  );
}

/** Present value of a column, and the month in which one way's cumulative cost first falls to another's. */
export function presentValue(flows: Float64Array, discountYearly: number): number {
  const factor = (1 + discountYearly) ** (-1 / 12);
  let sum = 0;
  let worth = 1;
  for (let month = 0; month < flows.length; month++) {
    sum += (flows[month] ?? 0) * worth;
    worth *= factor;
  }
  return sum;
}

/** Months until the first way has cost no more than the second, discounted; 0 for never. Residual value left out. */
export function breakEvenMonth(first: Float64Array, second: Float64Array, discountYearly: number): number {
  const factor = (1 + discountYearly) ** (-1 / 12);
  let difference = 0;
  let worth = 1;
  for (let month = 0; month < first.length - 1; month++) {
    difference += ((first[month] ?? 0) - (second[month] ?? 0)) * worth;
    if (difference <= 0) return month + 1;
    worth *= factor;
  }
  return 0;
}
