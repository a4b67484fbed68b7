// The native engine with neon forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('neon');
