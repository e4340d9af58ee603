import type { TaskCard } from '@aboveboard/protocol/manifest';

/** The card's goal with its inputs in their places. */
export function goalOf(card: TaskCard): string {
  return card.inputs.reduce((goal, input) => goal.replaceAll(`{${input.name}}`, input.value), card.goal);
}
