// Every engine on tiny random models: against the reference over the table of all verbs, and over the table of refusals.
import { describeConformance } from './conformance-models.ts';

await describeConformance();
