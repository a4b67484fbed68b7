// The case table on the native engine with scalar forced.
import { describeIsa } from './isa.ts';

await describeIsa('scalar');
