// The native engine with avx512 forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('avx512');
