// The bench command's own arithmetic: which options it takes, medians and ratios, time by phase. Nothing is installed, no speed is judged.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TinyReader, tinyReader } from '../../reader/test/tiny-reader.ts';
import { firstTokens, lastTokens } from '../src/bench/book-text.ts';
import { parseLengths, parseMeasures } from '../src/bench/options.ts';
import { installLlama, LLAMA_VERSION } from '../src/bench/peers/install-llama.ts';
import { PROMPTS, warmUpTokens } from '../src/bench/peers/llama-run.ts';
import { bestPeer, compare, type LlamaSample, ratiosJson, settingsToRun, type Weights } from '../src/bench/peers/ratios.ts';
import { peersTable } from '../src/bench/peers/table.ts';
import { profileReading, summarize } from '../src/bench/profile/profile.ts';
import { Stopwatch } from '../src/bench/profile/stopwatch.ts';
import { median } from '../src/bench/statistics.ts';
import { benchTokenizer } from '../src/bench/tokenizer.ts';
import { addBenchCommand } from '../src/commands/bench.ts';

describe('the command line', () => {
  const run = (...args: string[]): Promise<unknown> => {
    const program = new Command('lectern').enablePositionalOptions().exitOverride().configureOutput({ outputError: () => {}, writeOut: () => {} });
    addBenchCommand(program);
    return program.parseAsync(['bench', ...args], { from: 'user' });
  };

  test.each([
    [['peer'], /unknown mode "peer"; there are peers, profile, tokenizer/],
    [['peers', '--only', 'decode512,decode'], /unknown measure "decode"; there are encode2048, read128k/],
    [['peers', '--only', ''], /unknown measure ""/],
    [['peers', '--repeats', '0'], /a whole number from 1 to 100/],
    [['peers', '--tokens', '8'], /unknown option '--tokens'/],
    [['peers', 'all'], /too many arguments for 'peers'/],
    [['profile', '--tokens', '12'], /a whole number from 1000/],
    [['--json', 'tokenizer'], /options of a mode stand after it: lectern bench tokenizer --json/],
    [['--lengths', '8000,'], /whole numbers from 256/],
    [['--only', 'decode512'], /unknown option '--only'/],
  ])('%j is refused', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('lists', () => {
    expect(parseMeasures('decode512, encode2048,decode512')).toEqual(['encode2048', 'decode512']);
    expect(parseLengths('8000, 256')).toEqual([8000, 256]);
    for (const wrong of ['', '1e9', '8000.5', 'x', '255']) expect(() => parseLengths(wrong), wrong).toThrow();
  });
});

test('median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

describe('ratios', () => {
  const sample = (weights: Weights, prompt: LlamaSample['prompt'], flashAttention: boolean, prefill: number, decode?: number): LlamaSample =>
    ({ weights, prompt, flashAttention, prefill, ...(decode === undefined ? {} : { decode }) });
  const llama = [
    sample('catalog', 2048, true, 300), sample('catalog', 2048, true, 310), sample('catalog', 2048, true, 900),
    sample('catalog', 2048, false, 200),
    sample('q4_0', 2048, true, 500), sample('q4_0', 2048, false, 620),
    sample('catalog', 512, true, 400, 60), sample('catalog', 512, false, 350, 80),
    sample('q4_0', 512, true, 700, 75), sample('q4_0', 512, false, 650, 70),
  ];

  test('a peer is the better median, with its own setting for reading and for generating', () => {
    expect(bestPeer(llama, 'catalog', 2048, 'prefill')).toEqual({ rate: 310, flashAttention: true, n: 3 });
    expect(bestPeer(llama, 'catalog', 512, 'prefill')).toMatchObject({ rate: 400, flashAttention: true });
    expect(bestPeer(llama, 'catalog', 512, 'decode')).toMatchObject({ rate: 80, flashAttention: false });
    expect(bestPeer(llama, 'catalog', 2048, 'decode')).toBeUndefined();
  });

  test('same against the same file, best against the faster of the two, whichever that is', () => {
    const comparisons = compare({ lectern: { encode2048: [930, 1240, 1000], decode512: [160], read128k: [3100] }, llama });
    expect(comparisons.map((c) => c.measure)).toEqual(['encode2048', 'read128k', 'decode512']);
    expect(ratiosJson(comparisons)).toEqual({
      ratios: {
        encode2048: { same: Number((1000 / 310).toPrecision(4)), best: Number((1000 / 620).toPrecision(4)) },
        read128k: { same: 10, best: 5 },
        decode512: { same: 2, best: 2 },
      },
    });
    const table = peersTable(comparisons, { repeats: 3, numThreads: 2, requantized: 'Q4_0: made', loadAverage: 0.2, embedding: { read8192: 2000 } });
    expect(table).toContain('| 1000 | 310 (3, flash attention on) | 620 (1, flash attention off) | 3.23x | 1.61x |');
    expect(table).not.toContain('not quiet');
    expect(table).toContain('read8192 is without the embedding route; with it: 2000 tokens/s');
    expect(peersTable(comparisons, { repeats: 3, numThreads: 2, requantized: '', loadAverage: 2, embedding: {} })).toContain('not quiet');
  });

  test('a setting of flash attention is repeated until it is clearly the worse at all that is asked of a long prompt', () => {
    const long = [sample('catalog', 8192, true, 140, 15), sample('catalog', 8192, false, 100, 25), sample('q4_0', 8192, true, 140, 25), sample('q4_0', 8192, false, 120, 10)];
    const settings = (weights: Weights, ...measures: Parameters<typeof settingsToRun>[3]): boolean[] => settingsToRun(long, weights, 8192, measures);
    expect(settingsToRun([], 'catalog', 8192, ['read8192'])).toEqual([true, false]);
    expect(settings('catalog', 'read8192')).toEqual([true]);
    expect(settings('catalog', 'decode8192')).toEqual([false]);
    expect(settings('catalog', 'read8192', 'decode8192')).toEqual([true, false]);
    expect(settings('q4_0', 'read8192')).toEqual([true, false]); // 120 of 140 may be noise
    expect(settings('q4_0', 'decode8192')).toEqual([true]);
    expect(settingsToRun(llama, 'catalog', 2048, ['encode2048'])).toEqual([true, false]);
  });

  test('a reading is timed after one like it, what is generated after a few tokens', () => {
    const warmUps = Object.values(PROMPTS).map(({ numTokens, numGenerated }) => warmUpTokens(numTokens, numGenerated));
    expect(warmUps).toEqual([64, 2048, 64]);
    expect(warmUpTokens(20, 4)).toBe(20);
  });

  test('without a Q4_0 copy, best is same; what was not measured is left out', () => {
    const [only, ...others] = compare({ lectern: { encode2048: [620], decode8192: [5] }, llama: llama.filter((s) => s.weights === 'catalog') });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ measure: 'encode2048', same: 2, best: 2 });
    expect(only).not.toHaveProperty('q4_0');
  });
});

describe('the stopwatch', () => {
  const watchAt = (): { watch: Stopwatch; pass: (seconds: number) => void } => {
    let ms = 500;
    return { watch: new Stopwatch(() => ms), pass: (seconds) => { ms += 1000 * seconds; } };
  };

  test('an outer phase does not count what is inside it, before and after an await', async () => {
    const { watch, pass } = watchAt();
    await watch.run('outer', async () => {
      pass(1);
      expect(watch.run('inner', () => { pass(2); return 7; })).toBe(7);
      pass(4);
      await watch.run('later', async () => { await Promise.resolve(); pass(8); });
      watch.rename('end');
      pass(16);
    });
    pass(32); // no phase
    expect(Object.fromEntries(watch.seconds)).toEqual({ outer: 5, inner: 2, later: 8, end: 16 });
  });

  test('a phase ends when its work fails', async () => {
    const { watch, pass } = watchAt();
    await watch.run('outer', async () => {
      expect(() => watch.run('throws', () => { pass(1); throw new Error('no'); })).toThrow('no');
      await expect(watch.run('rejects', async () => { pass(2); throw new Error('nor this'); })).rejects.toThrow('nor this');
      pass(4);
    });
    expect(Object.fromEntries(watch.seconds)).toEqual({ outer: 4, throws: 1, rejects: 2 });
  });

  test('medians by phase, shares of their sum; a phase that a run has not counts 0 for it', () => {
    const { seconds, phases } = summarize([new Map([['forward', 3], ['write', 1]]), new Map([['forward', 3]]), new Map([['forward', 9], ['write', 2]])]);
    expect(seconds).toBe(4);
    expect(phases.filter((each) => each.seconds > 0)).toEqual([{ phase: 'forward', seconds: 3, share: 0.75 }, { phase: 'write', seconds: 1, share: 0.25 }]);
  });
});

describe('on a tiny model', () => {
  let tiny: TinyReader;
  beforeAll(async () => { tiny = await tinyReader(); });
  afterAll(() => tiny.remove());
  const text = Array.from({ length: 40 }, (_, i) => `Line ${i} of the w\u00e4y.\n\n`).join('');

  test('parts of a text by tokens', () => {
    const { tokenizer } = tiny.ctx.model; // bytes are tokens
    expect(firstTokens(tokenizer, text, 6)).toMatchObject({ text: 'Line 0', ids: tokenizer.encode('Line 0').ids });
    expect(lastTokens(tokenizer, text, 5).text).toBe('\ufffdy.\n\n'); // the character's second byte alone
    expect(lastTokens(tokenizer, text, 6)).toMatchObject({ text: '\u00e4y.\n\n', ids: tokenizer.encode('\u00e4y.\n\n').ids });
    expect(() => firstTokens(tokenizer, text, 100_000)).toThrow('100000 are asked for');
  });

  test('a profile has every phase, and reads the whole text', async () => {
    const runs: number[] = [];
    const { numTokens, n, seconds, phases } = await profileReading(tiny.ctx.model, text, 2, (run) => runs.push(run));
    expect(runs).toEqual([1, 2]);
    expect(numTokens).toBe(Buffer.byteLength(text));
    expect(n).toBe(2);
    for (const { phase, seconds: own } of phases) expect(own, phase).toBeGreaterThan(0);
    expect(phases.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    const secondsOf = (name: string): number => phases.find(({ phase }) => phase === name)!.seconds;
    expect(seconds).toBeCloseTo(phases.reduce((sum, each) => sum + each.seconds, 0));
    // The reference engine is slow. Against what computes too, not against the disk, which other tests keep busy.
    expect(secondsOf('forward')).toBeGreaterThan(2 * (secondsOf('tokenize') + secondsOf('plan')));
  });

  test('the tokenizer is timed over the whole text', () => {
    const figures = benchTokenizer(tiny.ctx.model.file, text, 3);
    expect(figures).toMatchObject({ numBytes: Buffer.byteLength(text), numTokens: Buffer.byteLength(text), n: 3 });
    expect(figures.megabytesPerSecond / figures.tokensPerSecond).toBeCloseTo(1e-6);
  });
});

describe('installing llama.cpp', () => {
  let folder: string;
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lectern-tools-')); });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('offline nothing is fetched', async () => {
    await expect(installLlama(folder, { offline: true, say: () => {} })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining(LLAMA_VERSION) });
  });

  test('what is there is used', async () => {
    const there = join(folder, `node-llama-cpp-${LLAMA_VERSION}`);
    mkdirSync(there);
    writeFileSync(join(there, 'installed'), '');
    expect(await installLlama(folder, { offline: true, say: () => {} })).toBe(there);
  });
});
