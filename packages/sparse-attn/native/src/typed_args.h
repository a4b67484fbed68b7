// Checks of JavaScript arguments: Napi's As<>() does not look at a typed array's element type.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

namespace lectern {

template <typename T>
struct ElementType;
template <>
struct ElementType<float> { static constexpr napi_typedarray_type value = napi_float32_array; static constexpr const char* name = "Float32Array"; };
template <>
struct ElementType<double> { static constexpr napi_typedarray_type value = napi_float64_array; static constexpr const char* name = "Float64Array"; };
template <>
struct ElementType<int32_t> { static constexpr napi_typedarray_type value = napi_int32_array; static constexpr const char* name = "Int32Array"; };
template <>
struct ElementType<int8_t> { static constexpr napi_typedarray_type value = napi_int8_array; static constexpr const char* name = "Int8Array"; };

template <typename T>
struct Slice {
  T* data;
  size_t length;
};

/** Throws a TypeError unless the value is a typed array of exactly this element type. */
template <typename T>
Slice<T> typed_array(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != ElementType<T>::value) {
    throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a " + ElementType<T>::name);
  }
  auto array = value.As<Napi::TypedArrayOf<T>>();
  return {array.Data(), array.ElementLength()};
}

template <typename T>
Slice<T> typed_array(const Napi::Value& value, const char* what, size_t length) {
  const Slice<T> slice = typed_array<T>(value, what);
  if (slice.length != length) {
    throw Napi::RangeError::New(value.Env(), std::string(what) + " has " + std::to_string(slice.length) + " values, not " + std::to_string(length));
  }
  return slice;
}

inline double number(const Napi::Value& value, const char* what) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a number");
  return value.As<Napi::Number>().DoubleValue();
}

/** A whole number in [0, limit]. */
inline size_t count(const Napi::Value& value, const char* what, double limit = 4294967295.0) {
  const double n = number(value, what);
  if (!(n >= 0 && n <= limit) || n != static_cast<double>(static_cast<uint64_t>(n))) {
    throw Napi::RangeError::New(value.Env(), std::string(what) + " is " + std::to_string(n) + ", not a whole number in 0.." + std::to_string(limit));
  }
  return static_cast<size_t>(n);
}

}  // namespace lectern
