const share = (value: number) => `${(100 * value).toFixed(0)} %`;
const shortened = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** Sentences of the page of misses. */
export const missesWords = {
  title: 'Steps that were missed',
  lead: (steps: number, missed: number, shown: number) =>
    missed === 0
      ? `None of ${steps} steps was missed.`
      : `${missed} of ${steps} steps were not played rightly. ${shown === missed ? 'All of them are' : `The worst ${shown} are`} below.`,
  legend: 'A box is what was to be acted on. A circle with a cross is where it was done instead.',
  step: (number: number, score: number) => `Step ${number}, score ${score.toFixed(2)}`,
  wanted: 'What was to be done',
  played: 'What was done',
  noAnswer: 'There was no answer.',
  nothing: 'Nothing.',
  noPicture: 'There is no picture of this step.',
  picture: 'The screen before this step',
  at: (kind: string, { x, y }: { x: number; y: number }) =>
    `${kind}, ${share(x)} from the left and ${share(y)} from the top`,
  text: (text: string) => `write “${shortened(text)}”`,
  keys: (keys: readonly string[]) => `press ${shortened(keys.join(' + '))}`,
  scroll: (amount: number) => `scroll ${Math.abs(amount)} ${amount < 0 ? 'down' : 'up'}`,
  end: (status: string) => `end the task: ${status}`,
};
