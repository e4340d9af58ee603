import controlFile from '../../catalogue/control.json' with { type: 'json' };

export const controlWays = ['onPremise', 'hybrid', 'api'] as const;
export type ControlWay = (typeof controlWays)[number];

export type Cell = { tradeOffs: string; constraints: string; verify: string[] };
export type Axis = { id: string; title: string; asks: string } & Record<ControlWay, Cell>;

/**
 * The comparison of on-premise, hybrid and API-only, axis by axis. It informs and never advises, and no cell
 * claims that nothing can leak.
 */
export const axes: readonly Axis[] = (controlFile as unknown as { axes: Axis[] }).axes;

/** `locality.onPremise.2`: the second thing to verify in a cell. */
export type VerifyId = string;

export function verifyIds(): VerifyId[] {
  return axes.flatMap((axis) =>
    controlWays.flatMap((way) => axis[way].verify.map((_, i) => `${axis.id}.${way}.${i + 1}`)),
  );
}
