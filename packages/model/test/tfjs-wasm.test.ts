// Tensors and memory of the tfjs engine on WASM.
import { describeTensors } from './tfjs.ts';

await describeTensors('wasm');
