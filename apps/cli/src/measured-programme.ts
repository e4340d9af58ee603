import { type Figures, figuresSource } from '@aboveboard/planner/programme/figures';
import type { ProgrammeRate } from '@aboveboard/planner/programme/rates';
import type { ProgrammeAsked } from '@aboveboard/planner/programme/sizing';

/** A programme with measured figures in place of defaults; they come before what the plan gave, each with its source. */
export function measuredBy(asked: ProgrammeAsked, figures: Figures): ProgrammeAsked {
  const given = asked.measured ?? {};
  const from = asked.measured_from ?? '';
  const sources: Partial<Record<ProgrammeRate, string>> = {};
  for (const rate of Object.keys(given) as ProgrammeRate[]) {
    const said = typeof from === 'string' ? from : from[rate];
    if (said !== undefined) sources[rate] = said;
  }
  for (const rate of Object.keys(figures.measured) as ProgrammeRate[]) sources[rate] = figuresSource(figures);
  return { ...asked, measured: { ...given, ...figures.measured }, measured_from: sources };
}
