import type { VoiceAbout } from '@aboveboard/protocol/voice';
import type { RepresentativeDesk } from '../src/representative/representative-state.ts';
import type { GuardianClient } from './guardian-client.ts';

/** What each section of the representative's page is given. */
export type DeskSection = {
  client: GuardianClient;
  desk: RepresentativeDesk;
  about: VoiceAbout;
  onChange: () => void;
};
