// Contexts: made empty, then filled part by part. Ranges are checked in TypeScript, lengths here.
#include "glue/handles.h"
#include "typed_args.h"

namespace lectern {

/** createContext(session, numPositions, capacity) */
Napi::Value create_context(const Napi::CallbackInfo& info) {
  Session& session = session_of(info[0]);
  auto handle = std::make_unique<ContextHandle>();
  handle->weights = session.weights;
  handle->context = std::make_unique<Context>(session.weights, session.spare_rows, count(info[1], "numPositions"), count(info[2], "capacity"),
                                              session.int8_attention);
  return wrap(info.Env(), handle.release());
}

/** copyPrefix(context, prefix) */
void copy_prefix(const Napi::CallbackInfo& info) {
  const ContextHandle& to = context_handle(info[0]);
  const ContextHandle& from = context_handle(info[1]);
  if (to.weights != from.weights) throw Napi::TypeError::New(info.Env(), "the prefix belongs to another model");
  guarded(info.Env(), [&] { context_of(info[0]).copy_prefix(context_of(info[1])); });
}

/** appendBlocks(session, context, keys, values, numTokens, headIndex) */
void append_blocks(const Napi::CallbackInfo& info) {
  Session& session = session_of(info[0]);
  const ModelConfig& c = session.weights->config;
  const size_t num_tokens = count(info[4], "numTokens");
  const auto head_index = typed_array<int32_t>(info[5], "headIndex", c.num_layers * c.num_kv_heads);
  const auto keys = typed_array<float>(info[2], "blocks.keys");
  const auto values = typed_array<float>(info[3], "blocks.values", keys.length);
  for (size_t i = 0; i < head_index.length; i++) {
    const int32_t head = head_index.data[i];
    if (head < 0 || (static_cast<size_t>(head) + 1) * num_tokens * c.head_dim > keys.length) {
      throw Napi::RangeError::New(info.Env(), "the stored blocks do not hold every layer and KV head");
    }
  }
  guarded(info.Env(), [&] {
    context_of(info[1]).append_stored({keys.data, values.data, num_tokens, head_index.data}, session.kernels, session.pool);
  });
}

/** setSparse(context, keys, values, headIndex, blockStarts, budgetBlocks, windowBlocks, reserved) */
void set_sparse(const Napi::CallbackInfo& info) {
  ContextHandle& handle = context_handle(info[0]);
  Context& context = context_of(info[0]);
  const ModelConfig& c = handle.weights->config;
  const auto keys = typed_array<float>(info[1], "blocks.keys");
  typed_array<float>(info[2], "blocks.values", keys.length);
  const auto head_index = typed_array<int32_t>(info[3], "headIndex", c.num_layers * c.num_kv_heads);
  const auto starts = typed_array<int32_t>(info[4], "blockStarts");
  if (starts.length == 0) throw Napi::RangeError::New(info.Env(), "blockStarts is empty");
  auto part = std::make_unique<SparsePart>();
  part->block_starts.assign(starts.data, starts.data + starts.length);
  part->head_index.assign(head_index.data, head_index.data + head_index.length);
  for (int32_t head : part->head_index) {
    if (head < 0 || (static_cast<size_t>(head) + 1) * part->num_tokens() * c.head_dim > keys.length) {
      throw Napi::RangeError::New(info.Env(), "the stored blocks do not hold every layer and KV head");
    }
  }
  part->budget_blocks = count(info[5], "budgetBlocks");
  part->window_blocks = count(info[6], "windowBlocks");
  part->reserved = count(info[7], "reserved");
  guarded(info.Env(), [&] { context.set_sparse(std::move(part)); });
  handle.sparse_keys = Napi::Reference<Napi::Float32Array>::New(info[1].As<Napi::Float32Array>(), 1);
  handle.sparse_values = Napi::Reference<Napi::Float32Array>::New(info[2].As<Napi::Float32Array>(), 1);
}

/** contextState(context): [length, numTokens, stopLayer] */
Napi::Value context_state(const Napi::CallbackInfo& info) {
  const Context& context = context_of(info[0]);
  Napi::Array state = Napi::Array::New(info.Env(), 3);
  state.Set(0u, static_cast<double>(context.length()));
  state.Set(1u, static_cast<double>(context.num_tokens()));
  state.Set(2u, static_cast<double>(context.stop_layer()));
  return state;
}

/** selection(context): {blocks, mass, bytesRead}, or undefined without a choice. */
Napi::Value selection(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SparsePart* part = context_of(info[0]).sparse();
  if (!part || part->has_choice.empty()) return env.Undefined();
  Napi::Array blocks = Napi::Array::New(env);
  for (size_t i = 0; i < part->chosen.size(); i++) {
    const auto& chosen = part->chosen[i];
    auto ids = Napi::Int32Array::New(env, chosen.size());
    std::copy(chosen.begin(), chosen.end(), ids.Data());
    blocks.Set(static_cast<uint32_t>(i), ids);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("blocks", blocks);
  result.Set("mass", part->mass_count ? part->mass_sum / static_cast<double>(part->mass_count) : 0.0);
  result.Set("bytesRead", static_cast<double>(part->bytes_read));
  return result;
}

/** takeBlocks(session, context, from, to, heads: Int32Array of (layer, kvHead), keys, values | null) */
void take_blocks(const Napi::CallbackInfo& info) {
  Session& session = session_of(info[0]);
  const Context& context = context_of(info[1]);
  const ModelConfig& c = session.weights->config;
  const size_t from = count(info[2], "from");
  const size_t to = count(info[3], "to", static_cast<double>(context.num_tokens()));
  if (from > to) throw Napi::RangeError::New(info.Env(), "from is after to");
  const auto heads = typed_array<int32_t>(info[4], "heads");
  const size_t num_heads = heads.length / 2;
  const size_t size = (to - from) * c.head_dim;
  const auto keys = typed_array<float>(info[5], "keys", num_heads * size);
  const bool with_values = !info[6].IsNull();
  float* values = with_values ? typed_array<float>(info[6], "values", num_heads * size).data : nullptr;
  for (size_t i = 0; i < num_heads; i++) {
    const auto layer = static_cast<size_t>(heads.data[2 * i]);
    const size_t num_run = std::min(c.num_layers, context.stop_layer() + (with_values ? 0 : 1));
    if (layer >= num_run || static_cast<size_t>(heads.data[2 * i + 1]) >= c.num_kv_heads) {
      throw Napi::RangeError::New(info.Env(), std::string(with_values ? "values" : "keys") + " of layer " + std::to_string(heads.data[2 * i]) +
                                                  ", KV head " + std::to_string(heads.data[2 * i + 1]) + " are not there: the context was run up to layer " +
                                                  std::to_string(context.stop_layer()));
    }
  }
  session.pool.run(num_heads, [&](size_t i, size_t) {
    context.take(from, to, static_cast<size_t>(heads.data[2 * i]), static_cast<size_t>(heads.data[2 * i + 1]), session.kernels,
                 keys.data + i * size, values ? values + i * size : nullptr);
  });
}

}  // namespace lectern
