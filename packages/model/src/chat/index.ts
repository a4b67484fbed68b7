// The chat template of a model file.
export { createChatTemplate } from './create-chat-template.ts';
