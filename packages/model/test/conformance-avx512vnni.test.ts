// The native engine with avx512vnni forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('avx512vnni');
