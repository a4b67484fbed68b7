// Which instruction sets this machine has, and forcing one for the native addons.
import { existsSync, readFileSync } from 'node:fs';

export type IsaName = 'scalar' | 'neon' | 'avx2' | 'avxvnni' | 'avx512' | 'avx512vnni';

const AVX512 = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];
const CPU_FLAGS: Record<IsaName, string[]> = {
  scalar: [], neon: ['asimddp'], avx2: ['avx2', 'fma'], avxvnni: ['avx2', 'fma', 'avx_vnni'], avx512: AVX512, avx512vnni: [...AVX512, 'avx512_vnni'],
};

/** By the kernel's list, independently of the addon's own detection; undefined where there is no such list. */
export function cpuHas(isa: IsaName): boolean | undefined {
  if (isa === 'scalar') return true;
  if (!existsSync('/proc/cpuinfo')) return undefined;
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(/\s+/) ?? [];
  return CPU_FLAGS[isa].every((flag) => flags.includes(flag));
}

/** Each test file is a process of its own (vitest pool 'forks'), so setting the environment is safe. Call it before an engine starts. */
export function forceIsa(isa: IsaName): void {
  process.env['LECTERN_ISA'] = isa;
}

/**
 * What the C++ tests of the int8 kernels print: every instruction set that this machine has. Where AVX-VNNI is missing they take AVX-512's
 * encoding of the same instructions, if there is that: said aloud, since then one thing was not run, the encoding itself.
 */
export function testedIsas(): string[] {
  const all: IsaName[] = ['scalar', 'neon', 'avx2', 'avxvnni', 'avx512', 'avx512vnni'];
  if (process.arch === 'x64' && !cpuHas('avxvnni')) {
    const how = cpuHas('avx512vnni') ? "in AVX-512's encoding only: its own build has NOT been run" : 'NOT at all';
    console.warn(`\n*** this machine has no AVX-VNNI: its int8 kernels are tested ${how} ***\n`);
  }
  return [...all.filter(cpuHas), ...(cpuHas('avx512vnni') ? ['avxvnni, encoded for avx512vnni'] : [])];
}
