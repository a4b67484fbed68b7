// forward and generate: arrays from JavaScript become pointers for the length of one synchronous call.
#include "generate.h"
#include "glue/handles.h"
#include "typed_args.h"

namespace lectern {

namespace {

/** A sparse part that is still to choose needs its stored arrays; a detached or resized one is refused. */
void bind_sparse(const Napi::Value& value) {
  ContextHandle& handle = context_handle(value);
  SparsePart* part = handle.context->sparse();
  if (!part) return;
  const ModelConfig& c = handle.weights->config;
  size_t num_stored = 0;
  for (int32_t head : part->head_index) num_stored = std::max(num_stored, static_cast<size_t>(head) + 1);
  const size_t least = num_stored * part->num_tokens() * c.head_dim;
  const auto keys = typed_array<float>(handle.sparse_keys.Value(), "blocks.keys");
  const auto values = typed_array<float>(handle.sparse_values.Value(), "blocks.values");
  if (keys.length < least || values.length < least) throw Napi::Error::New(value.Env(), "the sparse part's arrays were detached");
  part->keys = keys.data;
  part->values = values.data;
}

Context& ready_context(Session& session, const Napi::Value& value) {
  Context& context = context_of(value);
  if (context_handle(value).weights != session.weights) throw Napi::TypeError::New(value.Env(), "the context belongs to another model");
  if (context.stop_layer() < session.weights->config.num_layers) {
    throw Napi::Error::New(value.Env(), "the context was run up to layer " + std::to_string(context.stop_layer()) + " only: it can be read, not continued");
  }
  bind_sparse(value);
  return context;
}

Slice<int32_t> tokens_of(const Session& session, const Napi::Value& value) {
  const auto tokens = typed_array<int32_t>(value, "tokens");
  if (tokens.length == 0) throw Napi::RangeError::New(value.Env(), "no tokens");
  for (size_t i = 0; i < tokens.length; i++) {
    if (tokens.data[i] < 0 || static_cast<size_t>(tokens.data[i]) >= session.weights->config.vocab_size) {
      throw Napi::RangeError::New(value.Env(), "token " + std::to_string(tokens.data[i]) + " is not in a vocabulary of " +
                                                   std::to_string(session.weights->config.vocab_size));
    }
  }
  return tokens;
}

int32_t* control_of(const Napi::Value& value) {
  if (value.IsNull() || value.IsUndefined()) return nullptr;
  const auto control = typed_array<int32_t>(value, "control");
  if (control.length < 2) throw Napi::RangeError::New(value.Env(), "control has fewer than 2 values");
  return control.data;
}

}  // namespace

/**
 * forward(session, contexts[], tokens[], logits (0 none, 1 last, 2 all, 3 log-probabilities of as many last tokens as logitsOut is long), logitsOut[], queries: Int32Array of (layer, head), queriesOut[],
 * untilLayer (numLayers: whole), control | null)
 */
void forward_call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Session& session = session_of(info[0]);
  const ModelConfig& c = session.weights->config;
  const auto contexts = info[1].As<Napi::Array>();
  const auto tokens = info[2].As<Napi::Array>();
  const auto logits_out = info[4].As<Napi::Array>();
  const auto queries = typed_array<int32_t>(info[5], "queries");
  const auto queries_out = info[6].As<Napi::Array>();

  ForwardWant want;
  want.logits = static_cast<Logits>(count(info[3], "logits", 3));
  want.until_layer = count(info[7], "untilLayer", static_cast<double>(c.num_layers));
  want.control = control_of(info[8]);
  if (want.logits != Logits::none && want.until_layer < c.num_layers) throw Napi::RangeError::New(env, "a pass that stops early has no logits");
  for (size_t i = 0; i + 1 < queries.length; i += 2) {
    const HeadRef ref{static_cast<size_t>(queries.data[i]), static_cast<size_t>(queries.data[i + 1])};
    if (ref.layer > want.until_layer || ref.layer >= c.num_layers || ref.head >= c.num_heads) {
      throw Napi::RangeError::New(env, "queries of layer " + std::to_string(queries.data[i]) + ", head " + std::to_string(queries.data[i + 1]) + " are not computed");
    }
    want.queries.push_back(ref);
  }

  std::vector<ForwardItem> batch;
  for (uint32_t i = 0; i < contexts.Length(); i++) {
    const auto ids = tokens_of(session, tokens.Get(i));
    ForwardItem item{&ready_context(session, contexts.Get(i)), ids.data, ids.length, nullptr, nullptr};
    for (const ForwardItem& other : batch) {
      if (other.context == item.context) throw Napi::RangeError::New(env, "one context stands twice in a batch");
    }
    if (want.logits != Logits::none) {
      const size_t rows = want.logits == Logits::last ? 1 : ids.length;
      const bool judged = want.logits == Logits::log_probs;
      const auto out = judged ? typed_array<float>(logits_out.Get(i), "logits") : typed_array<float>(logits_out.Get(i), "logits", rows * c.vocab_size);
      if (judged && i == 0) want.num_log_probs = out.length;
      if (judged && (out.length != want.num_log_probs || out.length == 0 || out.length >= ids.length)) {
        throw Napi::RangeError::New(env, std::to_string(out.length) + " log-probabilities of " + std::to_string(ids.length) + " tokens");
      }
      item.logits = out.data;
    }
    if (!want.queries.empty()) {
      item.queries = typed_array<float>(queries_out.Get(i), "queries", ids.length * want.queries.size() * c.head_dim).data;
    }
    batch.push_back(item);
  }
  guarded(env, [&] { forward(session, batch, want); });
}

/** generate(session, context, tokens, maxTokens, stopTokens, temperature, topP, seed, control | null, onToken | null) */
Napi::Value generate_call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Session& session = session_of(info[0]);
  Context& context = ready_context(session, info[1]);
  const auto tokens = tokens_of(session, info[2]);
  const auto stops = typed_array<int32_t>(info[4], "stopTokens");
  GenerateOptions options;
  options.tokens = tokens.data;
  options.num_tokens = tokens.length;
  options.max_tokens = count(info[3], "maxTokens");
  options.stop_tokens.assign(stops.data, stops.data + stops.length);
  options.temperature = number(info[5], "temperature");
  options.top_p = number(info[6], "topP");
  options.seed = static_cast<uint32_t>(count(info[7], "seed"));
  options.control = control_of(info[8]);
  if (info[9].IsFunction()) {
    options.on_token = [&](int32_t token) {
      Napi::HandleScope scope(env);
      const Napi::Value answer = info[9].As<Napi::Function>().Call({Napi::Number::New(env, token)});
      return !(answer.IsBoolean() && !answer.As<Napi::Boolean>().Value());
    };
  }
  const GenerateResult result = guarded(env, [&] { return generate(session, context, options); });
  auto ids = Napi::Int32Array::New(env, result.tokens.size());
  std::copy(result.tokens.begin(), result.tokens.end(), ids.Data());
  Napi::Object object = Napi::Object::New(env);
  object.Set("tokens", ids);
  object.Set("finishReason", result.finish_reason);
  object.Set("prefillSeconds", result.prefill_seconds);
  object.Set("decodeSeconds", result.decode_seconds);
  return object;
}

}  // namespace lectern
