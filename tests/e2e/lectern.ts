// Runs ./lectern as a person would: a real command in a home of its own, with the model that this machine has cached.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listEmbedders, resolveEmbedder, resolveModel } from '@lectern/model';

const command = fileURLToPath(new URL('../../lectern', import.meta.url));

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string | Uint8Array;
}

export interface Running {
  child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<Run>;
  /** Resolves with the match; rejects when the command ends first. */
  printed(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Ctrl-C: to the whole foreground process group, as a terminal does. */
  interrupt(): void;
}

/** A LECTERN_HOME for one test file, whose models folder is the machine's. */
export class TestHome {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<TestHome> {
    const cache = process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern');
    mkdirSync(cache, { recursive: true });
    const { path } = await resolveModel('smollm2-135m-instruct', { home: cache });
    await resolveEmbedder(listEmbedders()[0]!.id, { home: cache });
    const folder = mkdtempSync(join(tmpdir(), 'lectern-e2e-'));
    symlinkSync(dirname(dirname(path)), join(folder, 'models'));
    return new TestHome(folder);
  }

  /** Ends what a failed test left running, too. */
  remove(): void {
    for (const pid of processesOf(this.folder)) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A file beside the home's own. */
  file(name: string, content: string | Uint8Array): string {
    mkdirSync(join(this.folder, 'files'), { recursive: true });
    const path = join(this.folder, 'files', name);
    writeFileSync(path, content);
    return path;
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, LECTERN_HOME: this.folder, REDIS_URL: '', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {}); // it need not read
    child.stdin.end(options.input ?? '');
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    let hasEnded = false;
    const logs = () => this.logs();
    const ended = new Promise<Run>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => {
        hasEnded = true;
        resolve({ status, stdout, stderr });
      });
    });
    return {
      child,
      get stdout() { return stdout; },
      get stderr() { return stderr; },
      ended,
      async printed(pattern, timeoutMs = 120_000) {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (match) return match;
          if (hasEnded || Date.now() > deadline) throw new Error(`'lectern ${args.join(' ')}' did not print ${pattern}:\n${stdout}${stderr}${logs()}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      interrupt() { process.kill(-(child.pid as number), 'SIGINT'); },
    };
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    return this.start(args, options).ended;
  }

  /** Runs with --json and parses what it prints; fails with its stderr when it does not succeed. */
  async json<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
    const { status, stdout, stderr } = await this.run([...args, '--json'], options);
    if (status !== 0) throw new Error(`'lectern ${args.join(' ')}' ended with status ${status}:\n${stderr}${this.logs()}`);
    return JSON.parse(stdout) as T;
  }

  /** For messages of failed tests. */
  logs(): string {
    const folder = join(this.folder, 'logs');
    if (!existsSync(folder)) return '';
    return readdirSync(folder).map((name) => `\n--- ${name}\n${readFileSync(join(folder, name), 'utf8').slice(-4_000)}`).join('');
  }
}

/** Pids of living processes whose command line or environment names the folder. Linux only. */
export function processesOf(folder: string): number[] {
  const mentions = (pid: string, file: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder);
    } catch {
      return false; // ended meanwhile
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => mentions(pid, 'cmdline') || mentions(pid, 'environ')).map(Number);
}
