// Native objects as JavaScript handles: type-tagged, deleted with the object that JavaScript holds.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

namespace lectern {

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

}  // namespace lectern
