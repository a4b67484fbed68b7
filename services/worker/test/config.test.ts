// The settings of a worker: defaults, and what is refused.
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { workerConfig } from '../src/config.ts';
import { defaultMemoryLimit, parseCgroupLimit } from '../src/memory-limit.ts';

describe('workerConfig', () => {
  it('needs nothing: every setting has a default', () => {
    const config = workerConfig({});
    expect(config).toMatchObject({
      REDIS_URL: 'redis://127.0.0.1:6379', MODEL: 'smollm2-135m-instruct', EMBEDDER: 'all-minilm-l6-v2', READ_THREADS: availableParallelism(),
      ASK_THREADS: availableParallelism(), ENCODE_TASK_CHUNKS: 8, OFFLINE: false,
    });
    expect(config.METRICS_PORT).toBeUndefined();
    expect(config.MEMORY_LIMIT_BYTES).toBe(defaultMemoryLimit());
  });

  it('reads numbers and lists; an empty variable is an absent one', () => {
    const config = workerConfig({ READ_THREADS: '3', ENGINES: 'native, tfjs', METRICS_PORT: '0', THREAD_HEAP_MB: '', OFFLINE: '1' });
    expect(config).toMatchObject({ READ_THREADS: 3, ENGINES: ['native', 'tfjs'], METRICS_PORT: 0, OFFLINE: true });
    expect(config.THREAD_HEAP_MB).toBeUndefined();
    expect(workerConfig({ METRICS_PORT: '' }).METRICS_PORT).toBeUndefined();
  });

  it('names every wrong setting at once', () => {
    const wrong = () => workerConfig({ READ_THREADS: '0', ENGINES: 'cuda', METRICS_PORT: '70000' });
    for (const name of ['READ_THREADS', 'ENGINES', 'METRICS_PORT']) expect(wrong).toThrow(name);
  });
});

describe('memory limit', () => {
  const GiB = 2 ** 30;

  it('takes the cgroup limit only where it is one', () => {
    expect(parseCgroupLimit(`${GiB}\n`, 8 * GiB)).toBe(GiB);
    expect(parseCgroupLimit('max\n', 8 * GiB)).toBeUndefined();
    expect(parseCgroupLimit('9223372036854771712\n', 8 * GiB)).toBeUndefined(); // v1: none set
    expect(parseCgroupLimit('-1', 8 * GiB)).toBeUndefined();
  });

  it('falls back to the memory of the machine', () => {
    expect(defaultMemoryLimit(['/nonexistent/memory.max'])).toBeGreaterThan(0);
  });
});
