#include "glue/spec.h"

#include "typed_args.h"

namespace lectern {

namespace {

TensorEntry read_tensor(const Napi::Object& o) {
  TensorEntry entry{o.Get("name").ToString(), o.Get("type").ToString(), {}, field(o, "offset"), 0, static_cast<float>(number_or(o, "addend", 0))};
  if (!o.Get("shard").IsUndefined()) entry.file = field(o, "shard");
  const auto shape = o.Get("shape").As<Napi::Array>();
  for (uint32_t i = 0; i < shape.Length(); i++) entry.shape.push_back(count(shape.Get(i), "shape", 9007199254740991.0));
  return entry;
}

}  // namespace

size_t field(const Napi::Object& object, const char* name) { return count(object.Get(name), name, 9007199254740991.0); }

double number_or(const Napi::Object& object, const char* name, double otherwise) {
  const Napi::Value value = object.Get(name);
  return value.IsUndefined() ? otherwise : number(value, name);
}

std::vector<TensorEntry> read_tensors(const Napi::Array& tensors) {
  std::vector<TensorEntry> entries;
  for (uint32_t i = 0; i < tensors.Length(); i++) entries.push_back(read_tensor(tensors.Get(i).As<Napi::Object>()));
  return entries;
}

PrecisionWish precision_wish(const std::string& name) {
  return name == "int8" ? PrecisionWish::int8 : name == "f32" ? PrecisionWish::f32 : PrecisionWish::faster;
}

}  // namespace lectern
