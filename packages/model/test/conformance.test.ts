// Every engine on tiny random models: against the reference over the table of all verbs, and over the table of refusals.
// The tfjs engine has a file for each of its back ends.
import { TRANSFORMER_ENGINES } from '../src/engines.ts';
import { describeConformance } from './conformance-models.ts';

await describeConformance(TRANSFORMER_ENGINES.filter((engine) => engine !== 'tfjs'));
