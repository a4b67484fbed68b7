// The tfjs engine on its WASM back end, over the tables.
import { describeConformance } from './conformance-models.ts';

process.env['TFJS_BACKEND'] = 'wasm';
await describeConformance(['tfjs'], 'wasm');
