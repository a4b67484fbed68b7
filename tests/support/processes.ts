// Child processes of tests: started, waited for, killed, and never left behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export class TestProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #output = '';
  #hasEnded = false;

  /** `command` goes before Node's own command line: `ip netns exec <name>`. */
  constructor(name: string, args: readonly string[], env: Record<string, string>, command: readonly string[] = []) {
    this.name = name;
    const [program, ...rest] = [...command, process.execPath, ...args];
    this.child = spawn(program!, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream!.setEncoding('utf8').on('data', (text: string) => { this.#output += text; });
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Standard output and error so far. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The first match in its output; throws with the output when it ends or the time is over. */
  async printed(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpMatchArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = this.#output.match(pattern);
      if (match) return match;
      if (this.#hasEnded || Date.now() > deadline) {
        throw new Error(`${this.name} ${this.#hasEnded ? 'ended' : `did not within ${timeoutMs} ms`} before it printed ${pattern}:\n${this.#output}`);
      }
      await sleep(20);
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    if (!this.#hasEnded) this.child.kill(signal);
    return this.ended;
  }
}

/** Asks until the answer is neither undefined nor false. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, timeoutMs = 60_000, intervalMs = 50): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(intervalMs);
  }
}
