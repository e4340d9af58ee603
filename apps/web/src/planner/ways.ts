import type { Way } from '@aboveboard/planner/cost/flows';

/** The three ways to serve a demand, in the order in which they are always shown. */
export const ways: readonly Way[] = ['onPremise', 'cloud', 'api'];
