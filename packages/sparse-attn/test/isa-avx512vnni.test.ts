// The case table on the native engine with avx512vnni forced.
import { describeIsa } from './isa.ts';

await describeIsa('avx512vnni');
