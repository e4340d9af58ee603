import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';

/** A shape and a colour on the button, and the word in its title (LOOK: one state, one place). */
const BADGES: Record<RecorderView['state'], { text: string; colour: string }> = {
  off: { text: '', colour: '#515b57' },
  ready: { text: '', colour: '#515b57' },
  recording: { text: '●', colour: '#b3261e' },
  paused: { text: '❚❚', colour: '#515b57' },
};

export async function showBadge(state: RecorderView['state']): Promise<void> {
  const { text, colour } = BADGES[state];
  await chrome.action.setBadgeText({ text });
  await chrome.action.setBadgeBackgroundColor({ color: colour });
  await chrome.action.setBadgeTextColor({ color: '#ffffff' });
  await chrome.action.setTitle({ title: words.badge[state] });
}
