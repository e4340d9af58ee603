import { playedActions } from '../eval/bench-action.ts';
import type { BenchStep, BenchTask, PlayedAction, TruthAction } from '../eval/bench-task.ts';
import { pyautogui } from '../export/pyautogui.ts';
import type { ModelQuestion } from './endpoint-dialect.ts';

/** Changes with every change of what is asked: answers to another question are not answers to this one. */
export const STEP_QUESTION = 'step-question-1';

const SYSTEM = [
  'You operate a computer for a person. You see a picture of the screen and say the one next action as one line of code, and nothing else.',
  'Places are fractions of the picture, from 0 to 1, to four decimals. The calls are:',
  'pyautogui.click(x=0.5, y=0.5), pyautogui.doubleClick(x=, y=), computer.tripleClick(x=, y=), pyautogui.rightClick(x=, y=), pyautogui.moveTo(x=, y=),',
  "pyautogui.moveTo(x=, y=) followed on the next line by pyautogui.dragTo(x=, y=, button='left') or pyautogui.scroll(-3),",
  "pyautogui.write(message='text'), pyautogui.press('enter'), pyautogui.hotkey('ctrl', 's'), computer.terminate(status='success').",
].join('\n');
const MOST_BEFORE = 20;
const LONGEST_TEXT = 4000;

/** What a model is asked at a step: of what is to be done there, nothing (MEP20). */
export function stepQuestion(task: BenchTask, index: number, png: Uint8Array | null): ModelQuestion {
  const before = task.steps.slice(Math.max(0, index - MOST_BEFORE), index);
  const done = before.flatMap(({ ground_truth_actions: actions }, i) =>
    actions.map((action) => `${index - before.length + i + 1}. ${toldAction(action)}`),
  );
  return {
    system: SYSTEM,
    text: [
      `Task: ${task.high_level_task_description.slice(0, LONGEST_TEXT)}`,
      done.length > 0 ? `Done so far:\n${done.join('\n')}` : 'Nothing was done so far.',
      png === null ? 'There is no picture of this step.' : 'The picture shows the screen now.',
      'The next action:',
    ].join('\n\n'),
    png,
  };
}

/** The actions of a reply; empty: it does nothing that is known (MEP21). */
export function repliedActions(reply: string): PlayedAction[] {
  const script = lastScript(reply);
  if (script === null) return [];
  const read = (code: string) => pyautogui.read([code], { width: 1, height: 1 });
  // A drag and a scroll are two lines of one action; others stand in a line each.
  const actions = read(script) ?? script.split('\n').flatMap((line) => read(line) ?? []);
  return actions.flatMap((action) => playedActions(action).actions);
}

function lastScript(reply: string): string | null {
  const blocks = [...reply.matchAll(/```[a-z]*\n([^`]*)```/g)];
  const block = blocks.at(-1)?.[1]?.trim();
  if (block) return block;
  const lines = reply.split('\n').map((line) => line.trim());
  const isCall = (line: string) => /^(?:pyautogui|computer|browser)\.\w+\(.*\)$/.test(line);
  const last = lines.findLastIndex(isCall);
  if (last < 0) return null;
  let first = last;
  while (first > 0 && isCall(lines[first - 1] as string)) first--;
  return lines.slice(first, last + 1).join('\n');
}

function toldAction(action: TruthAction): string {
  switch (action.type) {
    case 'write':
      return `pyautogui.write(message=${JSON.stringify(action.params.text.slice(0, LONGEST_TEXT))})`;
    case 'press':
    case 'hotkey':
      return `pyautogui.${action.type}(${action.params.keys.map((key) => JSON.stringify(key)).join(', ')})`;
    case 'scroll':
      return `pyautogui.scroll(${action.params.amount})`;
    case 'terminate':
      return `computer.terminate(status='${action.params.status}')`;
    default: {
      const { x, y } = action.params.position;
      const room = action.type === 'tripleClick' ? 'computer' : 'pyautogui';
      return `${room}.${action.type}(x=${x.toFixed(4)}, y=${y.toFixed(4)})`;
    }
  }
}

export type AskedStep = { task: BenchTask; step: BenchStep; index: number };

/** Every step that something is asked of, in the order of files. */
export function askedSteps(tasks: readonly BenchTask[]): AskedStep[] {
  return tasks.flatMap((task) =>
    task.steps.flatMap((step, index) =>
      step.ground_truth_actions.length > 0 ? [{ task, step, index }] : [],
    ),
  );
}
