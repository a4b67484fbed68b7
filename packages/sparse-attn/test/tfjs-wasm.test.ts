// The case table on the tfjs engine's WASM back end.
import { describeTfjs } from './tfjs.ts';

await describeTfjs('wasm');
