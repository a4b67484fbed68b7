// Parts of a model's description that come from JavaScript.
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "int8/load_weights.h"

namespace lectern {

size_t field(const Napi::Object& object, const char* name);
double number_or(const Napi::Object& object, const char* name, double otherwise);
std::vector<TensorEntry> read_tensors(const Napi::Array& tensors);

/** '' is the faster. */
PrecisionWish precision_wish(const std::string& name);

}  // namespace lectern
