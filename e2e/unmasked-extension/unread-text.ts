import type { OpenedText } from '../../packages/redact/src/opened-text.ts';

/** Stands in for @aboveboard/redact/opened-text in a test build: nothing that was opened is looked through. */
export function openedText(): OpenedText {
  return {
    stays: () => undefined,
    begin: () => undefined,
    closed: () => null,
    closedAmong: () => null,
    unread: () => null,
  };
}
