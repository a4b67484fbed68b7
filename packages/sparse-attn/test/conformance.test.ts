// Every engine of the table, as it starts by itself, over the case table (tfjs has files of its own, one for each back end). An engine that cannot start is a failure in CI and loud elsewhere.
import { describe, expect, it } from 'vitest';
import { ATTENTION_ENGINES, type AttentionEngine, resolveAttention } from '../src/index.ts';
import { describeConformance } from './conformance.ts';

const engines = ATTENTION_ENGINES.filter((name) => name !== 'tfjs');
const started = new Map<string, AttentionEngine>();
const failures = new Map<string, string>();
for (const name of engines) {
  try {
    started.set(name, await resolveAttention([name]));
  } catch (error) {
    failures.set(name, (error as Error).message);
    console.error(`\n*** attention engine ${name} is NOT tested: ${(error as Error).message} ***\n`);
  }
}

describe.each(engines.map((name) => ({ name })))('engine $name', ({ name }) => {
  it.runIf(process.env['CI'] || started.has(name))('starts', () => {
    expect(failures.get(name)).toBeUndefined();
    expect(started.get(name)?.name).toBe(name);
  });
  if (started.has(name)) describeConformance(name, () => started.get(name)!);
});

it('says why no engine could start', async () => {
  await expect(resolveAttention([])).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
});
