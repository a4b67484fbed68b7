// The case table on the native engine with neon forced.
import { describeIsa } from './isa.ts';

await describeIsa('neon');
