import { Command, CommanderError } from 'commander';
import { UserError } from '../site/user-error.ts';
import { SOFTWARE_VERSION } from '../site/version.ts';
import { say } from './io.ts';

/** Each command module adds itself; imported only when it is asked for, so that `--help` is quick. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  batch: async () => (await import('./commands/batch.ts')).registerBatch,
  'demo-tiles': async () => (await import('./commands/demo-tiles.ts')).registerDemoTiles,
  analyse: async () => (await import('./commands/analyse.ts')).registerAnalyse,
  classify: async () => (await import('./commands/classify.ts')).registerClassify,
  train: async () => (await import('./commands/train.ts')).registerTrain,
  evaluate: async () => (await import('./commands/evaluate.ts')).registerEvaluate,
  exposure: async () => (await import('./commands/exposure.ts')).registerExposure,
};

/**
 * Runs one `upwind` command line.
 * @returns exit status: 0 success, 2 bad usage or bad input, 1 failure
 */
export async function runCommandLine(argv: string[]): Promise<number> {
  const program = new Command('upwind')
    .description('Surface roughness and exposure category around a building site (ASCE 7).')
    .version(SOFTWARE_VERSION)
    // Told below, on one line.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const asked = commands[argv[2] ?? ''];
  try {
    for (const load of asked ? [asked] : Object.values(commands)) (await load())(program);
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // The help itself is no error message: it was asked for by typing nothing else.
      if (error.code !== 'commander.help')
        say(usageError(error, program.commands.length === 1 ? argv[2] : undefined));
      return 2;
    }
    if (error instanceof UserError) {
      say(`upwind: ${error.message}`);
      return 2;
    }
    if (error instanceof Error && error.name === 'AbortError') {
      say('upwind: stopped.');
      return 1;
    }
    say(`upwind: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
}

/** `error: unknown command 'analyze'⏎(Did you mean analyse?)` as one line, with the way to help. */
function usageError({ message }: CommanderError, command = '<command>'): string {
  const words = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return `upwind: ${words}. \`upwind ${command} --help\` says more.`;
}
