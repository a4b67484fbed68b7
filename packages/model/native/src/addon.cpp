// The exports of model.node, in the order of src/native/addon.ts.
#include <napi.h>

#include "glue/embed.h"
#include "glue/handles.h"

namespace lectern {

namespace {

/** useIsa(name): checks the name, answers the instruction set that load() would use with it. */
Napi::Value use_isa(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), isa_name(choose_isa(info[0].ToString().Utf8Value().c_str())));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("useIsa", Napi::Function::New(env, use_isa));
  exports.Set("load", Napi::Function::New(env, load_model));
  exports.Set("createContext", Napi::Function::New(env, create_context));
  exports.Set("copyPrefix", Napi::Function::New(env, copy_prefix));
  exports.Set("appendBlocks", Napi::Function::New(env, append_blocks));
  exports.Set("setSparse", Napi::Function::New(env, set_sparse));
  exports.Set("contextState", Napi::Function::New(env, context_state));
  exports.Set("selection", Napi::Function::New(env, selection));
  exports.Set("takeBlocks", Napi::Function::New(env, take_blocks));
  exports.Set("forward", Napi::Function::New(env, forward_call));
  exports.Set("generate", Napi::Function::New(env, generate_call));
  exports.Set("precision", Napi::Function::New(env, precision));
  exports.Set("traffic", Napi::Function::New(env, traffic));
  exports.Set("disposeSession", Napi::Function::New(env, dispose_session));
  exports.Set("disposeContext", Napi::Function::New(env, dispose_context));
  exports.Set("loadEmbedder", Napi::Function::New(env, load_embedder));
  exports.Set("embedderPrecision", Napi::Function::New(env, embedder_precision));
  exports.Set("embed", Napi::Function::New(env, embed_call));
  exports.Set("disposeEmbedder", Napi::Function::New(env, dispose_embedder));
  return exports;
}

}  // namespace

NODE_API_MODULE(model, init)

}  // namespace lectern
