/**
 * What one GPU-hour costs its owner: the annuity of the purchase over its life, less nothing, and power and space
 * of its all-in draw. Source: capital recovery factor of engineering economics.
 */
export type GpuHourInput = {
  /** GPU with its share of server and network. */
  capital: number;
  years: number;
  /** Yearly cost of capital. */
  rate: number;
  /** kW from the utility, all in. */
  kw: number;
  /** A kWh, and a kW and month. */
  electricity: number;
  space: number;
  /** Yearly share of capital: support and operations. */
  running: number;
};

export function gpuHour(input: GpuHourInput): number {
  const { capital, years, rate } = input;
  const yearly = rate > 0 ? (capital * rate) / (1 - (1 + rate) ** -years) : capital / years;
  return (yearly + capital * input.running) / 8766 + input.kw * (input.electricity + input.space / 730.5);
}

/** Months until a purchase costs no more than rent: capital over what is saved in a month; null for never. */
export function simpleBreakEven(capital: number, ownMonthly: number, rentMonthly: number): number | null {
  return rentMonthly > ownMonthly ? capital / (rentMonthly - ownMonthly) : null;
}
