// The native engine with avx2 forced, over the tables.
import { it } from 'vitest';
import { cpuHas, forceIsa } from '../../sparse-attn/test/cpu.ts';
import { describeConformance } from './conformance-models.ts';

forceIsa('avx2');
if (cpuHas('avx2')) await describeConformance(['native'], 'avx2');
else it.skip('this machine has no avx2', () => {});
