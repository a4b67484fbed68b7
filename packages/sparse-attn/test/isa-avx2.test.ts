// The case table on the native engine with avx2 forced.
import { describeIsa } from './isa.ts';

await describeIsa('avx2');
