// The C++ tests of the kernels and of the thread pool on aarch64, cross-compiled and run by an emulator: prints what they print.
// Debian: apt-get install g++-aarch64-linux-gnu qemu-user. Run from the repository's root; builds into build/native-aarch64.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
const BUILD = join(process.cwd(), 'build', 'native-aarch64');
const COMPILER = 'aarch64-linux-gnu-g++';
const EMULATOR = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'];
const TESTS = [['thread_pool_test'], ['int8_kernels_test'], ['arg_max_test'], ['attend_i8_test', 'few']];

/** Its output; ends the process with what went wrong. */
function run([command, ...args]) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return result.stdout;
  console.error(`${command} ${args.join(' ')}\n${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.exit(1);
}

mkdirSync(BUILD, { recursive: true });
if (!existsSync(join(BUILD, 'Makefile'))) {
  run(['cmake', '-S', SOURCE, '-B', BUILD, '-G', 'Unix Makefiles', '-DCMAKE_SYSTEM_NAME=Linux', '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
    `-DCMAKE_CXX_COMPILER=${COMPILER}`, `-DNODE_EXECUTABLE=${process.execPath}`]);
}
run(['cmake', '--build', BUILD, '--parallel', String(availableParallelism()), '--target', ...TESTS.map(([program]) => program)]);
for (const [program, ...args] of TESTS) process.stdout.write(run([...EMULATOR, join(BUILD, program), ...args]));
