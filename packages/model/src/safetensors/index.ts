// Models in Hugging Face's form: safetensors with config.json and tokenizer.json.
export { isSafetensorsPath, safetensorsFiles } from './find-shards.ts';
export { openSafetensors } from './open-safetensors.ts';
