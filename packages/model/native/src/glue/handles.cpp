#include "glue/handles.h"

#include "glue/tagged.h"

namespace lectern {

namespace {

constexpr napi_type_tag SESSION_TAG = {0x6c65637465726e01, 0x73657373696f6e01};
constexpr napi_type_tag CONTEXT_TAG = {0x6c65637465726e02, 0x636f6e7465787401};

}  // namespace

Napi::Value wrap(Napi::Env env, SessionHandle* handle) { return wrap_tagged(env, handle, SESSION_TAG); }
Napi::Value wrap(Napi::Env env, ContextHandle* handle) { return wrap_tagged(env, handle, CONTEXT_TAG); }

SessionHandle& session_handle(const Napi::Value& value) { return unwrap_tagged<SessionHandle>(value, SESSION_TAG, "transformer"); }
ContextHandle& context_handle(const Napi::Value& value) { return unwrap_tagged<ContextHandle>(value, CONTEXT_TAG, "context"); }

Session& session_of(const Napi::Value& value) {
  SessionHandle& handle = session_handle(value);
  if (!handle.session) throw Napi::Error::New(value.Env(), "the transformer was disposed");
  return *handle.session;
}

Context& context_of(const Napi::Value& value) {
  ContextHandle& handle = context_handle(value);
  if (!handle.context) throw Napi::Error::New(value.Env(), "the context was disposed");
  return *handle.context;
}

void dispose_session(const Napi::CallbackInfo& info) { session_handle(info[0]).session.reset(); }

void dispose_context(const Napi::CallbackInfo& info) {
  ContextHandle& handle = context_handle(info[0]);
  handle.context.reset();
  handle.weights.reset();  // the collector may come much later
  handle.sparse_keys.Reset();
  handle.sparse_values.Reset();
}

}  // namespace lectern
