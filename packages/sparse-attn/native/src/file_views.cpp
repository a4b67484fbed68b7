#include "file_views.h"

#include <cstring>

#include "mapped_file.h"

namespace lectern {

namespace {

constexpr size_t STATE_BYTES = sizeof(FileState);

}  // namespace

Napi::Value file_states(const Napi::CallbackInfo& info) {
  if (!info[0].IsArray()) throw Napi::TypeError::New(info.Env(), "paths must be a list");
  const auto paths = info[0].As<Napi::Array>();
  auto states = Napi::Buffer<uint8_t>::New(info.Env(), paths.Length() * STATE_BYTES);
  for (uint32_t i = 0; i < paths.Length(); i++) {
    const Napi::HandleScope scope(info.Env());
    const FileState state = file_state(paths.Get(i).ToString());
    std::memcpy(states.Data() + i * STATE_BYTES, state.data(), STATE_BYTES);
  }
  return states;
}

Napi::Value map_file_call(const Napi::CallbackInfo& info) {
  const MappedFile file = map_file(info[0].ToString());
  if (file.data == nullptr) return info.Env().Undefined();
  auto result = Napi::Object::New(info.Env());
  const size_t size = file.size;
  result.Set("bytes", Napi::ArrayBuffer::New(info.Env(), file.data, size, [size](Napi::Env, void* data) { unmap(data, size); }));
  result.Set("state", Napi::Buffer<uint8_t>::Copy(info.Env(), reinterpret_cast<const uint8_t*>(file.state.data()), STATE_BYTES));
  return result;
}

}  // namespace lectern
