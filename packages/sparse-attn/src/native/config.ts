// What the environment says about the native addons. The only reader of process.env here.

/** LECTERN_ISA: scalar, neon, avx2, avxvnni, avx512 or avx512vnni; empty for the best one that the machine has. */
export function forcedIsa(): string {
  return process.env['LECTERN_ISA'] ?? '';
}
