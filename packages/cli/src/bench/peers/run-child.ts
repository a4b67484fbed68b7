// Runs one task in a process of its own and waits for its answer.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@lectern/shared';
import type { LecternTask, LlamaTask, PromptRates } from './llama-run.ts';

/** `signal` kills the child. */
export async function runChild(task: LecternTask | LlamaTask, signal: AbortSignal): Promise<PromptRates> {
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const kill = (): void => { child.kill('SIGKILL'); };
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await new Promise<PromptRates>((resolve, reject) => {
      child.once('message', (answer: { rates: PromptRates } | { error: string }) => {
        if ('rates' in answer) resolve(answer.rates);
        else reject(failed(task, answer.error));
      });
      child.once('error', reject);
      child.once('exit', (code, killedBy) => reject(signal.aborted ? signal.reason : failed(task, killedBy === null ? `exit status ${code}` : `ended by ${killedBy}`)));
      child.send(task, (error) => { if (error) reject(error); });
    });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

const failed = ({ kind, modelPath }: LecternTask | LlamaTask, why: string): ServiceError =>
  new ServiceError('ENGINE_UNAVAILABLE', `the run of ${kind === 'llama' ? 'llama.cpp' : 'Lectern'} on ${modelPath} failed: ${why}`);
