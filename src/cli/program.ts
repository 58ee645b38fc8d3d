import { Command, CommanderError } from 'commander';
import { ConfigError, EngineError, InvalidOptionError, OutputClosedError } from '../errors.js';
import { adviseCommand } from './advise-command.js';
import { checkCommand } from './check-command.js';
import { demoCommand } from './demo-command.js';
import { doctorCommand } from './doctor-command.js';
import { evaluateCommand } from './evaluate-command.js';
import { normalizeCommand } from './normalize-command.js';
import { runCommand } from './run-command.js';
import { stateCommand } from './state-command.js';
import { tapCommand } from './tap-command.js';
import { topCommand } from './top-command.js';
import { version } from './version.js';

/** Runs the command line; answers the exit code: 0 done, 1 failed, 2 wrong use. */
export async function run(argv: readonly string[]): Promise<number> {
  let code = 0;
  const settle = (settled: number) => {
    code = settled;
  };
  const program = new Command('streamnorm')
    .description('Puts live numbers on a common scale while they flow.')
    .version(version(), '-V, --version', 'print the version')
    .showHelpAfterError('(--help shows what there is)')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true });
  for (const command of [
    normalizeCommand(settle),
    runCommand(settle),
    checkCommand(settle),
    adviseCommand(),
    evaluateCommand(),
    stateCommand(),
    topCommand(),
    tapCommand(),
    demoCommand(),
    doctorCommand(settle),
  ])
    program.addCommand(command);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((command) => command.commands)])
    command.exitOverride();
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said what is wrong
  if (error instanceof OutputClosedError) return 0;
  if (error instanceof ConfigError || error instanceof InvalidOptionError) {
    console.error(error.message);
    return 2;
  }
  // A fault of ours shows where it is; one of the world's says what it is.
  console.error(error instanceof EngineError ? `streamnorm: ${error.message}` : error);
  return 1;
}
