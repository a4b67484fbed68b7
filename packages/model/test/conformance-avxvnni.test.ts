// The native engine with avxvnni forced, over the tables.
import { describeForced } from './conformance-isa.ts';

await describeForced('avxvnni');
