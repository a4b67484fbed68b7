// Tensors and memory of the tfjs engine on TensorFlow.
import { describeTensors } from './tfjs.ts';

await describeTensors('tensorflow');
