// The native engine with scalar forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('scalar');
