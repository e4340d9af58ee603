import type { RegisterCommand } from './command.ts';
import { register as agreement } from './commands/agreement.ts';
import { register as backup } from './commands/backup.ts';
import { register as breach } from './commands/breach.ts';
import { register as code } from './commands/code.ts';
import { register as controls } from './commands/controls.ts';
import { register as dataset } from './commands/dataset.ts';
import { register as deidentify } from './commands/deidentify.ts';
import { register as drill } from './commands/drill.ts';
import { register as enrolment } from './commands/enrolment.ts';
import { register as env } from './commands/env.ts';
import { register as erasure } from './commands/erasure.ts';
import { register as evaluate } from './commands/eval.ts';
import { register as exportRecordings } from './commands/export.ts';
import { register as figures } from './commands/figures.ts';
import { register as guardian } from './commands/guardian.ts';
import { register as halves } from './commands/halves.ts';
import { register as importForeign } from './commands/import.ts';
import { register as inspect } from './commands/inspect.ts';
import { register as literals } from './commands/literals.ts';
import { register as log } from './commands/log.ts';
import { register as plan } from './commands/plan.ts';
import { register as policy } from './commands/policy.ts';
import { register as probe } from './commands/probe.ts';
import { register as recorder } from './commands/recorder.ts';
import { register as recordings } from './commands/recordings.ts';
import { register as recovery } from './commands/recovery.ts';
import { register as redact } from './commands/redact.ts';
import { register as reminders } from './commands/reminders.ts';
import { register as render } from './commands/render.ts';
import { register as restore } from './commands/restore.ts';
import { register as retention } from './commands/retention.ts';
import { register as risk } from './commands/risk.ts';
import { register as rotate } from './commands/rotate.ts';
import { register as scan } from './commands/scan.ts';
import { register as show } from './commands/show.ts';
import { register as staff } from './commands/staff.ts';
import { register as start } from './commands/start.ts';
import { register as vault } from './commands/vault.ts';
import { register as worker } from './commands/worker.ts';

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly RegisterCommand[] = [
  start,
  guardian,
  recovery,
  backup,
  restore,
  vault,
  halves,
  erasure,
  staff,
  code,
  policy,
  literals,
  probe,
  recordings,
  show,
  inspect,
  render,
  recorder,
  env,
  importForeign,
  exportRecordings,
  dataset,
  worker,
  evaluate,
  deidentify,
  risk,
  redact,
  scan,
  agreement,
  enrolment,
  log,
  rotate,
  drill,
  breach,
  retention,
  controls,
  reminders,
  plan,
  figures,
];
