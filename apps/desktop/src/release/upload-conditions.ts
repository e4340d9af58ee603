/** What the system says of this computer's network and power at one moment (DSK130). */
export type UploadConditions = {
  network: 'unmetered' | 'metered' | 'unknown';
  power: 'mains' | 'battery' | 'unknown';
};

/** Nobody said anything: held as a metered network and a battery are (DSK131). */
export const UNKNOWN: UploadConditions = { network: 'unknown', power: 'unknown' };

/** Asked anew each time that it is called; never rejects. */
export type AskConditions = () => Promise<UploadConditions>;

/** `said`: what she was shown when she said that it may leave all the same; it covers nothing else (DSK133). */
export function mayLeave(now: UploadConditions, said: UploadConditions | null): boolean {
  const network = now.network === 'unmetered' || (now.network === 'unknown' && said?.network === 'unknown');
  return network && (now.power === 'mains' || now.power === said?.power);
}

/** Whether she can say so: the agreement's words leave her no say over a network that is known to be metered. */
export function mayBeSaid(now: UploadConditions): boolean {
  return now.network !== 'metered';
}

/** As the page's form carries them. */
export function asShown({ network, power }: UploadConditions): string {
  return `${network} ${power}`;
}
