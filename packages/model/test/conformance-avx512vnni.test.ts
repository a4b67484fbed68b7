// The native engine with avx512vnni forced, over the tables.
import { it } from 'vitest';
import { cpuHas, forceIsa } from '../../sparse-attn/test/cpu.ts';
import { describeConformance } from './conformance-models.ts';

forceIsa('avx512vnni');
if (cpuHas('avx512vnni')) await describeConformance(['native'], 'avx512vnni');
else it.skip('this machine has no avx512vnni', () => {});
