// Models that answer: on this machine, or behind an OpenAI-compatible URL.
export type { AnswerModel, AnswerOptions, AnswerPrompt } from './contract.ts';
export { ceilingOf, isUncertain, LOW_CEILING } from './ceiling.ts';
export { type LocalModel, localReader } from './local.ts';
export { remoteReader, remoteReaderId, type RemoteReaderSettings } from './remote/remote-reader.ts';
export { probeReader } from './remote/probe.ts';
export { isReaderUrl, readerUrl } from './remote/address.ts';
