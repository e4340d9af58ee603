import { ambient } from './ambient-rules.ts';
import { decided, declared, exact, platforms } from './dependency-rules.ts';
import { barrels, circles, directions, freeOfIo, readable } from './import-rules.ts';
import { lengths } from './length-rules.ts';
import { names } from './name-rules.ts';
import type { Check } from './repository.ts';
import { faults, quoted, unique } from './spec-rules.ts';
import { tables } from './table-rules.ts';
import { traces } from './trace-rules.ts';

export const CHECKS: readonly Check[] = [
  readable,
  directions,
  circles,
  freeOfIo,
  ambient,
  barrels,
  names,
  lengths,
  decided,
  exact,
  declared,
  platforms,
  unique,
  quoted,
  faults,
  tables,
  traces,
];
