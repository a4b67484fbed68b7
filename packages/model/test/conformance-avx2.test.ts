// The native engine with avx2 forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('avx2');
