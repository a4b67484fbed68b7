// The embedder's exports: token ids of several texts become rows of one array.
#include <vector>

#include "bert/bert_session.h"
#include "glue/embed.h"
#include "glue/handles.h"
#include "glue/spec.h"
#include "glue/tagged.h"
#include "typed_args.h"

namespace lectern {

namespace {

constexpr napi_type_tag EMBEDDER_TAG = {0x6c65637465726e03, 0x656d626564646501};

struct EmbedderHandle {
  std::unique_ptr<BertSession> bert;  // null after dispose
};

EmbedderHandle& handle_of(const Napi::Value& value) { return unwrap_tagged<EmbedderHandle>(value, EMBEDDER_TAG, "embedder"); }

BertSession& bert_of(const Napi::Value& value) {
  EmbedderHandle& handle = handle_of(value);
  if (!handle.bert) throw Napi::Error::New(value.Env(), "the embedder was disposed");
  return *handle.bert;
}

}  // namespace

/** loadEmbedder(spec, isa, numThreads, precision): opens or shares the weights. */
Napi::Value load_embedder(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  const auto config = object.Get("config").As<Napi::Object>();
  const auto file = object.Get("file").As<Napi::Object>();
  BertSpec spec{{file.Get("path").ToString(), field(file, "numBytes")},
                {field(config, "numLayers"), field(config, "dim"), field(config, "numHeads"), field(config, "ffnDim"), field(config, "vocabSize"),
                 field(config, "maxTokens"), field(config, "numTypes"), static_cast<float>(number(config.Get("layerNormEps"), "layerNormEps"))},
                read_tensors(object.Get("tensors").As<Napi::Array>())};
  const Isa isa = choose_isa(info[1].ToString().Utf8Value().c_str());
  const size_t num_threads = count(info[2], "numThreads", 256);
  const auto weights = load_bert_weights(spec, isa, precision_wish(info[3].ToString()), num_threads);
  auto handle = std::make_unique<EmbedderHandle>();
  handle->bert = std::make_unique<BertSession>(weights, weights->precision, isa, num_threads);
  return wrap_tagged(info.Env(), handle.release(), EMBEDDER_TAG);
}

Napi::Value embedder_precision(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), bert_of(info[0]).products.int8 ? "int8" : "f32");
}

/** embed(embedder, tokens: ids of all texts, lengths, out (numTexts, dim), control | null) */
void embed_call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  BertSession& bert = bert_of(info[0]);
  const BertConfig& c = bert.weights->config;
  const auto tokens = typed_array<int32_t>(info[1], "tokens");
  const auto lengths = typed_array<int32_t>(info[2], "lengths");
  const auto out = typed_array<float>(info[3], "out", lengths.length * c.dim);
  int32_t* control = info[4].IsNull() ? nullptr : typed_array<int32_t>(info[4], "control", 2).data;
  for (size_t i = 0; i < tokens.length; i++) {
    if (tokens.data[i] < 0 || static_cast<size_t>(tokens.data[i]) >= c.vocab_size) {
      throw Napi::RangeError::New(env, "token " + std::to_string(tokens.data[i]) + " is not in a vocabulary of " + std::to_string(c.vocab_size));
    }
  }
  std::vector<TextTokens> texts;
  size_t used = 0;
  for (size_t i = 0; i < lengths.length; i++) {
    const int32_t length = lengths.data[i];
    if (length <= 0 || static_cast<size_t>(length) > c.max_tokens || static_cast<size_t>(length) > tokens.length - used) {
      throw Napi::RangeError::New(env, "a text of " + std::to_string(length) + " tokens; 1 to " + std::to_string(c.max_tokens) + " can be embedded");
    }
    texts.push_back({tokens.data + used, static_cast<size_t>(length), out.data + i * c.dim});
    used += static_cast<size_t>(length);
  }
  if (used != tokens.length) throw Napi::RangeError::New(env, "tokens that belong to no text");
  guarded(env, [&] { embed(bert, texts, control); });
}

void dispose_embedder(const Napi::CallbackInfo& info) { handle_of(info[0]).bert.reset(); }

}  // namespace lectern
