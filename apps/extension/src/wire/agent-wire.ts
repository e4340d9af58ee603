import type { AgentMessage, SessionMessage } from '@aboveboard/capture/frame-message';

/** Between the content script of one document and the worker, over a runtime port of this name. */
export const AGENT_PORT = 'agent';

export type FromAgent =
  /** First on every port. `running`: the generation of the agent that runs here, or null. */
  { hello: { running: number | null } } | { generation: number; message: AgentMessage };

export type ToAgent =
  | { generation: number; message: SessionMessage }
  /** Nothing is recorded here; the script takes itself away. */
  | { leave: true };
