/** What is sent: a day and the address of a page, in sentences that are always the same (CTL33). */
export type ReminderMail = { subject: string; text: string };

/** `by`: YYYY-MM-DD; null: at once. `page`: of the server, whatever waits: another page would say what. */
export function reminderMail(by: string | null, page: string): ReminderMail {
  if (by !== null && !/^\d{4}-\d\d-\d\d$/.test(by)) throw new TypeError('not a day');
  const until = by === null ? 'It is to be done now.' : `It is to be done by ${by}.`;
  return {
    subject: 'Something waits for you',
    text: letter([`Something waits for you at ${page}`, until]),
  };
}

/** For whoever wants to see that mails come. */
export function trialMail(page: string): ReminderMail {
  return {
    subject: 'Trial: nothing waits for you',
    text: letter([`Reminders from ${page} come to this address.`, 'Nothing is to be done.']),
  };
}

function letter(lines: readonly string[]): string {
  const end = 'Who runs that server entered this address, and can take it out again.';
  return [...lines, '', end, ''].join('\r\n');
}
