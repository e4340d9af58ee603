import type { Command } from 'commander';
import { type CommandContext, UsageError } from './command.ts';

export type EndpointFlags = {
  endpoint: string;
  model: string;
  style: string;
  key?: string;
  inside: string[];
  ca?: string;
  plainHttp?: true;
  timeout: string;
  perMinute: string;
};

/** What a command that asks a model takes. */
export function withEndpoint(command: Command): Command {
  const collected = (one: string, before: string[]) => [...before, one];
  return command
    .requiredOption('--endpoint <url>', 'its base: http://127.0.0.1:8000/v1')
    .requiredOption('--model <name>', 'as the endpoint calls it')
    .option('--style <kind>', 'openai (also vLLM, llama.cpp) or anthropic', 'openai')
    .option('--key <file>', 'the key for the endpoint, in a file that nobody else may read')
    .option(
      '--inside <network>',
      'a network that is inside, besides private ones; may be repeated',
      collected,
      [],
    )
    .option('--ca <file>', 'the certificate authority of the endpoint (PEM)')
    .option('--plain-http', 'without TLS beyond this computer')
    .option('--timeout <seconds>', 'for one answer', '120')
    .option('--per-minute <n>', 'questions a minute, at most; 0: no limit', '0');
}

/** What the flags say, for `askAll`. */
export async function endpointOf(flags: EndpointFlags, { progress }: Pick<CommandContext, 'progress'>) {
  const timeout = Number(flags.timeout);
  if (!(timeout >= 1 && timeout <= 3600)) throw new UsageError('--timeout is from 1 to 3600 seconds.');
  const perMinute = Number(flags.perMinute);
  if (!(perMinute >= 0 && perMinute <= 60_000)) throw new UsageError('--per-minute is a number from 0.');
  const { setTimeout: pause } = await import('node:timers/promises');
  const { openEndpoint } = await import('./opened-endpoint.ts');
  return {
    ...(await openEndpoint({ ...flags, timeoutMs: timeout * 1000 })),
    model: flags.model,
    spacing: perMinute === 0 ? 0 : 60_000 / perMinute,
    pause,
    progress,
  };
}

export function printAsked(
  context: Pick<CommandContext, 'print' | 'result'>,
  asked: { questions: number; asked: number; rejected: number; tokens: { asked: number; answered: number } },
  file: string,
): void {
  context.result(asked);
  context.print(
    `asked       ${asked.asked} of ${asked.questions} questions; the others were answered before`,
  );
  context.print(`tokens      ${asked.tokens.asked} asked, ${asked.tokens.answered} answered`);
  if (asked.rejected > 0)
    context.print(`kept apart  ${asked.rejected} that are no answer, in ${file}.rejected`);
}
