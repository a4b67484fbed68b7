// Child processes that cannot outlive this one. A small shell waits beside the child and ends it when our end of its stdin closes,
// which the system does for us even after kill -9. The child leads a process group of its own: Ctrl-C reaches only the command.
import { spawn } from 'node:child_process';

const KEEPER = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( cat <&3 >/dev/null; kill -TERM "$child" ) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

export interface KeptChild {
  readonly name: string;
  /** Resolves with how it ended, also when it never started. */
  readonly exited: Promise<string>;
  readonly hasExited: boolean;
  /** Asks it to end, and kills its whole group when it has not after graceMs. */
  stop(graceMs: number): Promise<void>;
}

export interface KeptOptions {
  env: Record<string, string | undefined>;
  /** File descriptors for its output. */
  stdout: number;
  stderr: number | 'pipe';
}

export function spawnKept(name: string, command: string, args: readonly string[], options: KeptOptions): KeptChild {
  const child = spawn('sh', ['-c', KEEPER, 'keeper', command, ...args], {
    detached: true,
    env: options.env,
    stdio: ['pipe', options.stdout, options.stderr],
  });
  child.stdin?.on('error', () => {}); // EPIPE when the child ended first: `exited` tells
  let hasExited = false;
  const exited = new Promise<string>((resolve) => {
    const end = (how: string) => {
      hasExited = true;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ? `ended by ${signal}` : `exit status ${code}`));
  });
  return {
    name,
    exited,
    get hasExited() { return hasExited; },
    async stop(graceMs) {
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: ended meanwhile
  }
}
