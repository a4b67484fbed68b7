#include "glue/handles.h"

namespace lectern {

namespace {

constexpr napi_type_tag SESSION_TAG = {0x6c65637465726e01, 0x73657373696f6e01};
constexpr napi_type_tag CONTEXT_TAG = {0x6c65637465726e02, 0x636f6e7465787401};

/** napi tags objects, not externals: the external hangs on a plain tagged object. */
template <typename Handle>
Napi::Value wrap_tagged(Napi::Env env, Handle* handle, const napi_type_tag& tag) {
  std::unique_ptr<Handle> owned(handle);
  Napi::Object object = Napi::Object::New(env);
  if (napi_type_tag_object(env, object, &tag) != napi_ok) throw Napi::Error::New(env, "cannot tag a handle");
  const napi_status status = napi_wrap(
      env, object, handle, [](napi_env, void* data, void*) { delete static_cast<Handle*>(data); }, nullptr, nullptr);
  if (status != napi_ok) throw Napi::Error::New(env, "cannot wrap a handle");
  owned.release();
  return object;
}

template <typename Handle>
Handle& unwrap_tagged(const Napi::Value& value, const napi_type_tag& tag, const char* what) {
  bool matches = false;
  void* data = nullptr;
  if (!value.IsObject() || napi_check_object_type_tag(value.Env(), value, &tag, &matches) != napi_ok || !matches ||
      napi_unwrap(value.Env(), value, &data) != napi_ok) {
    throw Napi::TypeError::New(value.Env(), std::string("expected a ") + what + " of this engine");
  }
  return *static_cast<Handle*>(data);
}

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
