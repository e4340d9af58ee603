import type { Manifest } from '@aboveboard/protocol/manifest';

/** A recording in lines for a terminal: what it is, what it holds, under which rules it was made. */
export function summaryOf(manifest: Manifest, sealed: readonly { bytes: number }[]): string[] {
  const { clock, counts, task, outcome, agreement } = manifest;
  const seconds = (clock.durationTicks * clock.tickMicroseconds) / 1e6;
  const bytes = sealed.reduce((sum, part) => sum + part.bytes, 0);
  return [
    `recording   ${manifest.id} (${manifest.class}, week ${manifest.week})`,
    `task        ${task.kind === 'card' ? `${task.card.title} (${task.card.id}, version ${task.card.version})` : task.text}`,
    `worked      ${outcome.worked === null ? 'she did not say' : outcome.worked ? 'yes' : 'no'}`,
    `length      ${seconds.toFixed(1)} s in ticks of ${clock.tickMicroseconds} us`,
    `holds       ${counts.events} events, ${counts.states} states, ${counts.frames} frames`,
    `parts       ${sealed.length} (the manifest among them), ${bytes.toLocaleString('en-US')} bytes sealed`,
    `signals     ${manifest.signals.join(', ') || 'none'}`,
    `masked by   ${manifest.masks.map(({ rule, count }) => `${rule} ${count}`).join(', ') || 'no rule'}`,
    `agreement   ${agreement ? `${agreement.id} version ${agreement.version}, ${agreement.digest}` : 'none'}`,
    `software    ${manifest.software.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    ...(manifest.origin ? [`imported    from ${manifest.origin.format}, ${manifest.origin.kept} kept`] : []),
  ];
}
