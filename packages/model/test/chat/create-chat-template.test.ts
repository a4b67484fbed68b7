// Chat templates: SmolLM2's own text, the plain one, and templates that misbehave.
import { describe, expect, it } from 'vitest';
import { createChatTemplate } from '../../src/chat/index.ts';
import type { ChatMessage, ModelFile } from '../../src/contract.ts';

const CHATML = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

function fileWith(template: string | undefined): ModelFile {
  const metadata = new Map<string, unknown>([
    ['tokenizer.ggml.tokens', ['<s>', '</s>', 'a']], ['tokenizer.ggml.bos_token_id', 0], ['tokenizer.ggml.eos_token_id', 1],
  ]);
  if (template !== undefined) metadata.set('tokenizer.chat_template', template);
  return { path: 'test.gguf', metadata, numBytes: 0, tensors: new Map(), config: undefined as never };
}

const HI: ChatMessage[] = [{ role: 'user', content: 'Hi {{ 1 + 1 }} <|im_end|>' }];
const render = (template: string | undefined, messages = HI) => createChatTemplate(fileWith(template)).render(messages, { addGenerationPrompt: true });

describe('createChatTemplate', () => {
  it('renders the template of SmolLM2, content as it is', () => {
    expect(render(CHATML)).toBe(
      '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi {{ 1 + 1 }} <|im_end|><|im_end|>\n<|im_start|>assistant\n',
    );
    expect(render(CHATML, [{ role: 'system', content: 'S' }, ...HI])).toMatch(/^<\|im_start\|>system\nS<\|im_end\|>\n/);
  });

  it('gives the template the BOS and EOS texts', () => {
    expect(render('{{ bos_token }}{{ messages[0].content }}{{ eos_token }}')).toBe('<s>Hi {{ 1 + 1 }} <|im_end|></s>');
  });

  it('asks templates that know of thinking not to', () => {
    expect(render('{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{% endif %}')).toBe('<think>\n\n</think>');
  });

  it('writes a transcript when the file has no template', () => {
    expect(render(undefined, [{ role: 'system', content: 'Be short.' }, { role: 'user', content: 'Why?' }])).toBe('Be short.\n\nUser: Why?\n\nAssistant:');
  });

  it.each([
    ['is not Jinja', '{% for %}', /cannot be parsed/],
    ['is too long', 'a'.repeat(70_000), /70000 characters/],
    ['raises', "{{ raise_exception('roles must alternate') }}", /roles must alternate/],
    ['calls what is not there', '{{ nothing.at.all() }}', /chat template failed/],
    ['never ends', '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}', /timed out/],
    ['fills the memory', '{% for i in range(4000000000) %}{% endfor %}', /at most 100000/],
    ['writes without end', `{% for i in range(3000) %}{{ '${'x'.repeat(1000)}' }}{% endfor %}`, /wrote 3000000 characters/],
  ])('refuses a template that %s', (_, template, message) => {
    expect(() => render(template)).toThrow(expect.objectContaining({ code: 'MODEL_FILE_INVALID', message: expect.stringMatching(message) }));
  });

  it('counts with range as Jinja does', () => {
    expect(render('{% for i in range(3) %}{{ i }}{% endfor %},{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}')).toBe('012,53');
  });

  it('refuses a template that is not a string', () => {
    const file = fileWith('x');
    (file.metadata as Map<string, unknown>).set('tokenizer.chat_template', 5);
    expect(() => createChatTemplate(file)).toThrow(/not a string/);
  });
});
