// load(spec, isa, numThreads, precision): opens or shares the weights.
#include <cmath>

#include "glue/handles.h"
#include "glue/spec.h"
#include "int8/load_weights.h"
#include "typed_args.h"

namespace lectern {

namespace {

bool flag(const Napi::Object& object, const char* name) { return object.Get(name).ToBoolean(); }

void read_window(const Napi::Object& o, ModelConfig& c) {
  c.window = field(o, "numTokens");
  c.sliding_rope_theta = number(o.Get("ropeTheta"), "slidingWindow.ropeTheta");
  const auto layers = o.Get("layers").As<Napi::Array>();
  for (uint32_t i = 0; i < layers.Length(); i++) c.sliding.push_back(layers.Get(i).ToBoolean());
}

ModelConfig read_config(const Napi::Object& o) {
  ModelConfig c;
  c.num_layers = field(o, "numLayers");
  c.dim = field(o, "dim");
  c.num_heads = field(o, "numHeads");
  c.num_kv_heads = field(o, "numKvHeads");
  c.head_dim = field(o, "headDim");
  c.ffn_dim = field(o, "ffnDim");
  c.vocab_size = field(o, "vocabSize");
  c.context_length = field(o, "contextLength");
  c.rope_theta = number(o.Get("ropeTheta"), "ropeTheta");
  c.rope_interleaved = o.Get("ropeStyle").ToString().Utf8Value() == "interleaved";
  c.rms_norm_eps = static_cast<float>(number(o.Get("rmsNormEps"), "rmsNormEps"));
  if (!o.Get("ropeFactors").IsUndefined()) {
    const auto factors = typed_array<float>(o.Get("ropeFactors"), "ropeFactors");
    c.rope_factors.assign(factors.data, factors.data + factors.length);
  }
  c.softmax_scale = static_cast<float>(number_or(o, "softmaxScale", 1.0 / std::sqrt(static_cast<double>(c.head_dim))));
  c.qk_norm = flag(o, "qkNorm");
  c.qkv_bias = flag(o, "qkvBias");
  c.gelu = o.Get("activation").ToString().Utf8Value() == "gelu";
  c.post_norms = flag(o, "postNorms");
  c.embedding_scale = static_cast<float>(number_or(o, "embeddingScale", 1.0));
  c.window = 0;
  c.sliding_rope_theta = 0;
  if (!o.Get("slidingWindow").IsUndefined()) read_window(o.Get("slidingWindow").As<Napi::Object>(), c);
  return c;
}

}  // namespace

Napi::Value load_model(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  ModelSpec spec{{}, read_config(object.Get("config").As<Napi::Object>()), {}};
  const auto files = object.Get("files").As<Napi::Array>();
  for (uint32_t i = 0; i < files.Length(); i++) {
    const auto file = files.Get(i).As<Napi::Object>();
    spec.files.push_back({file.Get("path").ToString(), field(file, "numBytes")});
  }
  spec.tensors = read_tensors(object.Get("tensors").As<Napi::Array>());
  const Isa isa = choose_isa(info[1].ToString().Utf8Value().c_str());
  const size_t num_threads = count(info[2], "numThreads", 256);
  auto handle = std::make_unique<SessionHandle>();
  handle->session = std::make_unique<Session>(load_weights(spec, isa, precision_wish(info[3].ToString()), num_threads), isa, num_threads);
  return wrap(info.Env(), handle.release());
}

/** precision(session): what the weights are kept for. */
Napi::Value precision(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), session_of(info[0]).int8 ? "int8" : "f32");
}

Napi::Value traffic(const Napi::CallbackInfo& info) {
  const Session& session = session_of(info[0]);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("keyValueBytes", static_cast<double>(session.key_value_bytes));
  result.Set("weightBytes", static_cast<double>(session.weight_bytes));
  Napi::Object seconds = Napi::Object::New(info.Env());
  const Phases& p = session.phases;
  for (const auto& [name, value] : {std::pair{"quantise", p.quantise}, {"multiply", p.multiply}, {"attend", p.attend}, {"norm", p.norm}, {"place", p.place}}) {
    seconds.Set(name, value);
  }
  result.Set("seconds", seconds);
  return result;
}

}  // namespace lectern
