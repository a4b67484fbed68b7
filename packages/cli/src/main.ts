// The lectern command: registers the subcommands, and turns whatever they throw into a message and an exit status.
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { addAskCommand } from './commands/ask.ts';
import { addBenchCommand } from './commands/bench.ts';
import { addCalibrateCommand } from './commands/calibrate.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEvalCommand } from './commands/eval.ts';
import { addModelsCommand } from './commands/models.ts';
import { addSearchCommand } from './commands/search.ts';
import { addUpCommand } from './commands/up.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { UsageError, errorLine, exitStatusOf } from './errors.ts';

const program = new Command('lectern')
  .description('Reads long documents once, and answers questions about them with exact quotations.')
  .version((createRequire(import.meta.url)('../package.json') as { version: string }).version)
  .enablePositionalOptions() // what stands after a command is the command's, or its own commands'
  .exitOverride()
  .configureOutput({ outputError: () => {} }); // told below, once, in one form
for (const add of [addAskCommand, addSearchCommand, addUpCommand, addWorkerCommand, addDemoCommand, addModelsCommand, addCalibrateCommand, addDoctorCommand, addBenchCommand, addEvalCommand]) add(program);
for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => {} });

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // `lectern ... | head`: the reader has seen enough
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0); // --help
  const failure = error instanceof CommanderError ? usageErrorOf(error) : error;
  process.stderr.write(errorLine(failure, process.argv.includes('--json')));
  process.exitCode = exitStatusOf(failure);
}

function usageErrorOf(error: CommanderError): UsageError {
  if (error.code === 'commander.help') return new UsageError('a command is missing; lectern --help shows them');
  return new UsageError(error.message.replace(/^error: /, ''));
}
