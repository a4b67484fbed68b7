// Runs the native kernel bench (packages/model/native/bench), which is built with the kernels in a checkout, and shows its figures.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../../../build/native/kernel_bench', import.meta.url));

export type KernelFigures = Record<string, string | number>;

/** `args`: those of kernel_bench. Throws where the program is not there: packages and images are built without it. */
export async function runKernelBench(args: readonly string[], signal: AbortSignal): Promise<KernelFigures[]> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built: npm run build:native, in a checkout`);
  const { stdout } = await promisify(execFile)(PROGRAM, args, { signal });
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as KernelFigures);
}

export function kernelsTable(figures: readonly KernelFigures[]): string {
  const of = (kernel: string) => figures.filter((f) => f['kernel'] === kernel);
  const percent = (value: unknown): string => `${(100 * Number(value)).toFixed(0)} %`;
  const [ceilings] = of('ceilings');
  const [sparse] = of('sparse decode');
  // A loop of nothing but the instruction can be slower than a tile that does real work: the best of all counts as the ceiling.
  const dotGops = Math.max(Number(ceilings!['dotGops']), ...of('product').filter((f) => f['precision'] === 'int8').map((f) => Number(f['gops'])));
  const share = (f: KernelFigures): string => (f['precision'] === 'int8' ? percent(Number(f['gops']) / dotGops) : percent(f['ofCeiling']));
  return [
    `${ceilings!['isa']}, ${ceilings!['threads']} threads. Ceilings: f32 multiply-add ${ceilings!['fmaGflops']} GFLOP/s, 8-bit dot product ${dotGops} GOP/s, memory ${ceilings!['readGbPerSecond']} GB/s`,
    '',
    '| product | rows x outputs x inputs | Gop/s | of ceiling | weights, GB/s | of memory |',
    '|---|---|---|---|---|---|',
    ...of('product').map((f) => `| ${f['precision']} ${f['type']}${f['scales'] === 'one per row' ? ', one activation scale per row' : ''} | ${f['rows']} x ${f['outputs']} x ${f['inputs']} | ${f['gops']} | ${share(f)} | ${f['gbPerSecond']} | ${percent(f['ofRead'])} |`),
    '',
    '| attention, 12 query heads of 64 | queries x keys | GFLOP/s | of f32 ceiling | bytes loaded per query head | GB/s | of memory |',
    '|---|---|---|---|---|---|---|',
    ...of('attention').map((f) => `| ${f['precision']}, ${groupName(Number(f['group']))} | ${f['tokens']} x ${f['keys']} | ${f['gflops']} | ${Number(f['ofFma']).toFixed(2)}x | ${f['bytesPerQueryHead']} | ${f['gbPerSecond']} | ${percent(f['ofRead'])} |`),
    '',
    ...(sparse === undefined ? [] : [`one token over ${sparse['tokens']} stored tokens: all ${sparse['denseMs']} ms, ${sparse['budgetBlocks']} chosen blocks ${sparse['sparseMs']} ms (${sparse['ratio']}x)`, '']),
  ].join('\n');
}

const groupName = (group: number): string => (group === 1 ? 'multi-head' : group === 3 ? 'grouped-query 3:1' : `multi-query ${group}:1`);

export const softmaxTable = (figures: readonly KernelFigures[]): string => [
  '| softmax over 64 blocks of 64 keys, 192 rows, f32, one thread | blocks | us | against online | relative error |',
  '|---|---|---|---|---|',
  ...figures.map((f) => `| ${f['softmax']} | ${f['blocks']} | ${f['us']} | ${f['ratio']} | ${f['relativeError'] ?? ''} |`),
  '',
].join('\n');
