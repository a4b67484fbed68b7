// The tfjs engine on TensorFlow (npm run build:tfjs), over the tables.
import { describeConformance } from './conformance-models.ts';

process.env['TFJS_BACKEND'] = 'tensorflow';
await describeConformance(['tfjs'], 'tensorflow');
