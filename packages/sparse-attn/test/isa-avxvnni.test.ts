// The case table on the native engine with avxvnni forced.
import { describeIsa } from './isa.ts';

await describeIsa('avxvnni');
