// The case table on the tfjs engine's TensorFlow back end (npm run build:tfjs).
import { describeTfjs } from './tfjs.ts';

await describeTfjs('tensorflow');
