import type { Waiting } from '../release/releases.ts';
import { asShown, mayBeSaid, type UploadConditions } from '../release/upload-conditions.ts';

const NETWORK: Readonly<Record<UploadConditions['network'], string>> = {
  unmetered: '',
  metered:
    'This network counts what goes over it (it is metered), and the agreement sends nothing over such a one.',
  unknown: 'This computer does not say whether the network counts what goes over it.',
};
const POWER: Readonly<Record<UploadConditions['power'], string>> = {
  mains: '',
  battery: 'This computer runs on its battery.',
  unknown: 'This computer does not say whether it runs on its battery.',
};

/** Why something that she released waits, and the button that lets it leave all the same (DSK133, DSK134). */
export function waitingPart(
  waiting: Waiting | null,
  act: (name: string, label: string, more?: string) => string,
): string {
  if (!waiting) return '';
  const { ids, conditions } = waiting;
  const what =
    ids.length === 1
      ? 'One recording that you released waits'
      : `${ids.length} recordings that you released wait`;
  const why = [NETWORK[conditions.network], POWER[conditions.power]].filter((one) => one !== '').join(' ');
  const until = 'By itself it leaves some time after there is mains power and a network without a meter.';
  const shown = `<input type="hidden" name="shown" value="${asShown(conditions)}">`;
  const now = mayBeSaid(conditions)
    ? `<p>You can let ${ids.length === 1 ? 'it' : 'these'} leave all the same, for as long as this stays so.</p>${act('upload-now', 'Upload now', shown)}`
    : '';
  return `<section role="status"><p>${what}. ${why} ${until}</p>${now}</section>`;
}
