import type { TaskPart } from '../task-parts.ts';
import type { TaskQuality } from './task-quality.ts';

/** What is known of a recording before it is decided whether it is in a release. Never leaves the vault's job. */
export type Candidate = {
  recording: string;
  /** Any name for her; it is compared, and is in no release. */
  person: string;
  /** Id of the task card; null: a task in her own words. */
  template: string | null;
  /** Origins. */
  applications: string[];
  agreement: { id: string; version: number; digest: string } | null;
  quality: TaskQuality;
  /** Digests of its parts: what it holds. */
  content: string;
  /** What it is near-duplicate by. */
  sketch: readonly number[];
  /** The same for all who did the same steps to the same things in the same order (MOV54). */
  doing: string;
  /** What she was asked to do, in the words of the instruction. */
  goal: string;
  /** Where it is cut, unless a cohort did the same; empty: it is short enough to be whole. */
  parts: CandidatePart[];
  /** Cuts that no subgoal gave a place for. */
  withoutSubgoal: number;
};

/** What a release says of a part is of that part alone: figures of the whole would put parts together again. */
export type CandidatePart = TaskPart & Pick<Candidate, 'applications' | 'quality'>;

/** A release that is not made, and the rule that says so. All that apply are told. */
export type Refusal = { rule: RefusalRule; message: string };
export type RefusalRule = 'REL10' | 'REL11' | 'REL12' | 'REL13' | 'REL14' | 'REL15' | 'REL16';

export type LeftOutRule =
  | 'quality.worked'
  | 'quality.steps'
  | 'quality.redundant'
  | 'quality.gaps'
  | 'quality.masked'
  | 'quality.pace'
  | 'near-duplicate'
  | 'cohort.template';
