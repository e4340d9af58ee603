import serversFile from '../../catalogue/servers.json' with { type: 'json' };
import type { Gpu } from './gpu.ts';
import type { Confidence } from './model.ts';

export type Server = {
  name: string;
  title: string;
  /** The GPU of the catalogue that stands in it. */
  gpu: string;
  source: string;
  date: string;
  confidence: Confidence;
  /** GPUs, rack units, and the watts that its maker allows it. */
  spec: { gpus: number; height: number; maxPower: number };
};

const servers: readonly Server[] = (serversFile as unknown as { rows: Server[] }).rows;

/** The server that the catalogue knows for a GPU. */
export const serverOf = (gpu: Gpu): Server | undefined => servers.find((server) => server.gpu === gpu.name);
