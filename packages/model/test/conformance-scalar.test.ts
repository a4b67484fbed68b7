// The native engine with scalar forced, over the tables.
import { it } from 'vitest';
import { cpuHas, forceIsa } from '../../sparse-attn/test/cpu.ts';
import { describeConformance } from './conformance-models.ts';

forceIsa('scalar');
if (cpuHas('scalar')) await describeConformance(['native'], 'scalar');
else it.skip('this machine has no scalar', () => {});
