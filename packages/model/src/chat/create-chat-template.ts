// The prompt format of a model: the Jinja template in its file, else a plain one for base models.
// A template is untrusted: its text, time and output are bounded. (It sees messages and flags only; Jinja here has no way out.)
import { runInNewContext } from 'node:vm';
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import type { ChatMessage, ChatTemplate, ModelFile } from '../contract.ts';
import { GLOBALS } from './globals.ts';
import { invalidFile } from '../gguf/errors.ts';
import { readInteger, readString, readStrings } from '../gguf/metadata.ts';

const MAX_TEMPLATE_UNITS = 64 * 1024;
const MAX_RENDER_MS = 2000;
const MAX_ADDED_UNITS = 1 << 20; // beyond what the messages hold

export function createChatTemplate(file: ModelFile): ChatTemplate {
  const { path, metadata } = file;
  const text = readString(path, metadata, 'tokenizer.chat_template');
  if (text === undefined) return { render: renderPlain };
  if (text.length > MAX_TEMPLATE_UNITS) {
    throw invalidFile(path, `its chat template has ${text.length} characters, at most ${MAX_TEMPLATE_UNITS} are read`, { limit: MAX_TEMPLATE_UNITS });
  }
  const template = parse(path, text);
  const tokens = readStrings(path, metadata, 'tokenizer.ggml.tokens') ?? [];
  const tokenText = (key: string): string => tokens[readInteger(path, metadata, key, { min: 0, max: tokens.length - 1 }) ?? -1] ?? '';
  // Templates of models that can think aloud ask for enable_thinking: an answer is wanted at once.
  const variables = { enable_thinking: false, bos_token: tokenText('tokenizer.ggml.bos_token_id'), eos_token: tokenText('tokenizer.ggml.eos_token_id') };

  function render(messages: readonly ChatMessage[], { addGenerationPrompt }: { addGenerationPrompt: boolean }): string {
    const input = { ...variables, messages: messages.map(({ role, content }) => ({ role, content })), add_generation_prompt: addGenerationPrompt };
    const rendered = withTimeLimit(path, () => run(template, input));
    const limit = messages.reduce((sum, { content }) => sum + content.length, MAX_ADDED_UNITS);
    if (rendered.length > limit) throw invalidFile(path, `its chat template wrote ${rendered.length} characters, at most ${limit} are taken`, { limit });
    return rendered;
  }
  return { render };
}

/** Base models have no turns; this reads as a transcript that the model continues. */
function renderPlain(messages: readonly ChatMessage[], { addGenerationPrompt }: { addGenerationPrompt: boolean }): string {
  const NAMES = { system: '', user: 'User: ', assistant: 'Assistant: ' };
  const turns = messages.map(({ role, content }) => `${NAMES[role]}${content}\n\n`);
  return turns.join('') + (addGenerationPrompt ? 'Assistant:' : '');
}

function parse(path: string, text: string): Template {
  try {
    return new Template(text);
  } catch (error) {
    throw invalidFile(path, `its chat template cannot be parsed: ${(error as Error).message}`, {}, error);
  }
}

function run(template: Template, variables: Record<string, unknown>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
  return (new Interpreter(environment).run(template.parsed) as { value: string }).value;
}

/** node:vm is here for its clock alone: it ends synchronous code that does not end by itself. */
function withTimeLimit(path: string, render: () => string): string {
  try {
    return runInNewContext('render()', { render }, { timeout: MAX_RENDER_MS }) as string;
  } catch (error) {
    throw invalidFile(path, `its chat template failed: ${(error as Error).message}`, {}, error);
  }
}
