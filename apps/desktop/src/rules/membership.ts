import type { JoinFault } from './joining.ts';

/** What is kept of this computer's part in the installation. */
export type Membership = {
  /** The file in canonical form; it stays until she sets the recorder up in another folder (ENR25). */
  enrolment: string;
  joining: 'no' | 'under-way' | 'done' | JoinFault;
  contributor: string | null;
  token: string | null;
  sessionEnds: number | null;
  uploadRecipient: string | null;
  /** Contents of the agreement's attachments, by digest. */
  attachments: Map<string, Uint8Array>;
};
