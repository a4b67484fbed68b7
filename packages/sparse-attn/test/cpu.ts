// Which instruction sets this machine has, and forcing one for the native addons.
import { existsSync, readFileSync } from 'node:fs';

export type IsaName = 'scalar' | 'avx2' | 'avx512' | 'avx512vnni';

const AVX512 = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];
const CPU_FLAGS: Record<IsaName, string[]> = { scalar: [], avx2: ['avx2', 'fma'], avx512: AVX512, avx512vnni: [...AVX512, 'avx512_vnni'] };

/** By the kernel's list, independently of the addon's own detection; undefined where there is no such list. */
export function cpuHas(isa: IsaName): boolean | undefined {
  if (isa === 'scalar') return true;
  if (!existsSync('/proc/cpuinfo')) return undefined;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(/\s+/) ?? [];
  return CPU_FLAGS[isa].every((flag) => flags.includes(flag));
}

/** Each test file is a process of its own (vitest pool 'forks'), so setting the environment is safe. Call it before an engine starts. */
export function forceIsa(isa: IsaName): void {
  process.env['LECTERN_ISA'] = isa;
}
