// The native engine with avx512 forced, over the tables.
import { it } from 'vitest';
import { cpuHas, forceIsa } from '../../sparse-attn/test/cpu.ts';
import { describeConformance } from './conformance-models.ts';

forceIsa('avx512');
if (cpuHas('avx512')) await describeConformance(['native'], 'avx512');
else it.skip('this machine has no avx512', () => {});
