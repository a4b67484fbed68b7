// JavaScript handles of sessions and contexts: type-tagged externals, freed by dispose() or by the garbage collector.
#pragma once

#include <napi.h>

#include <memory>

#include "context.h"
#include "errors.h"
#include "session.h"

namespace lectern {

/** The typed arrays of a sparse part live in JavaScript: looked up again at every call that reads them. */
struct ContextHandle {
  std::unique_ptr<Context> context;  // null after dispose
  std::shared_ptr<const Weights> weights;
  Napi::Reference<Napi::Float32Array> sparse_keys;
  Napi::Reference<Napi::Float32Array> sparse_values;
};

struct SessionHandle {
  std::unique_ptr<Session> session;  // null after dispose
};

Napi::Value wrap(Napi::Env env, SessionHandle* handle);
Napi::Value wrap(Napi::Env env, ContextHandle* handle);

/** Throw a TypeError for anything else, an Error after dispose. */
SessionHandle& session_handle(const Napi::Value& value);
ContextHandle& context_handle(const Napi::Value& value);
Session& session_of(const Napi::Value& value);
Context& context_of(const Napi::Value& value);

// The exports.
Napi::Value load_model(const Napi::CallbackInfo& info);
Napi::Value create_context(const Napi::CallbackInfo& info);
void copy_prefix(const Napi::CallbackInfo& info);
void append_blocks(const Napi::CallbackInfo& info);
void set_sparse(const Napi::CallbackInfo& info);
Napi::Value context_state(const Napi::CallbackInfo& info);
Napi::Value selection(const Napi::CallbackInfo& info);
void take_blocks(const Napi::CallbackInfo& info);
void forward_call(const Napi::CallbackInfo& info);
Napi::Value generate_call(const Napi::CallbackInfo& info);
Napi::Value precision(const Napi::CallbackInfo& info);
Napi::Value traffic(const Napi::CallbackInfo& info);
void dispose_session(const Napi::CallbackInfo& info);
void dispose_context(const Napi::CallbackInfo& info);

/** Runs native code; an EngineError becomes a JavaScript Error with its code. */
template <typename Body>
auto guarded(Napi::Env env, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const EngineError& error) {
    Napi::Error js = Napi::Error::New(env, error.what());
    js.Set("code", Napi::String::New(env, error.code));
    throw js;
  }
}

}  // namespace lectern
