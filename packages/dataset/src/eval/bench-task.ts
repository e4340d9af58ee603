/**
 * A task of AgentNetBench: steps with the picture before each and what a person did then. The file's fields are the
 * peer's (spec/evaluation.md, EVA1-EVA9).
 */
export type BenchTask = {
  task_id: string;
  high_level_task_description: string;
  user_task_description: string;
  /** Origins that the task goes over; none where the file says none (EVA1). Ours: the peer has no such field. */
  applications: readonly string[];
  steps: BenchStep[];
};
export type BenchStep = {
  step_num: number;
  image: string | null;
  ground_truth_actions: TruthAction[];
};
export type TruthAction =
  | {
      type: 'click' | 'doubleClick' | 'tripleClick' | 'rightClick' | 'moveTo' | 'dragTo';
      params: { position: { x: number; y: number } };
      metadata: { bboxes: BenchBox[] };
    }
  | { type: 'write'; params: { text: string } }
  | { type: 'press' | 'hotkey'; params: { keys: string[] } }
  | { type: 'scroll'; params: { amount: number } }
  | { type: 'terminate'; params: { status: 'success' | 'failure' } };

/** `rel_bbox` in fractions of the picture, `abs_bbox` and `area` in its pixels: left, top, width, height. */
export type BenchBox = {
  category_id: number;
  rel_bbox: [number, number, number, number];
  abs_bbox: [number, number, number, number];
  area: number;
};

/** What a player did at a step; places are fractions of the picture. */
export type PlayedAction =
  | {
      type: 'click' | 'doubleClick' | 'tripleClick' | 'rightClick' | 'moveTo' | 'dragTo';
      x: number;
      y: number;
    }
  | { type: 'write'; text: string }
  | { type: 'press' | 'hotkey'; keys: string[] }
  | { type: 'scroll'; amount: number }
  | { type: 'terminate'; status: 'success' | 'failure' };
