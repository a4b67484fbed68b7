// JavaScript's lists of typed arrays -> parts of an index. Lengths and the order of block starts are checked here, not once per block in JavaScript.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "block_lse_parts.h"
#include "typed_args.h"

namespace lectern {

struct KeyLists {
  Napi::Value keys;          // Int8Array[]
  Napi::Value key_scales;    // Float32Array[]
  Napi::Value block_starts;  // Int32Array[]
};

/** A segment's keys of all its heads, (num_heads, num_keys, head_dim), as a part of head 0. */
struct StoredKeys {
  KeyPart first;
  size_t num_heads;

  KeyPart of(size_t head, size_t head_dim) const {
    KeyPart part = first;
    part.keys += head * first.num_keys * head_dim;
    part.key_scales += head * first.num_keys;
    return part;
  }
};

inline StoredKeys stored_keys(const KeyLists& lists, uint32_t index, size_t head_dim, size_t first_block) {
  const auto scales = typed_array<float>(lists.key_scales.As<Napi::Array>().Get(index), "keyScales");
  const auto keys = typed_array<int8_t>(lists.keys.As<Napi::Array>().Get(index), "keys", scales.length * head_dim);
  const auto starts = typed_array<int32_t>(lists.block_starts.As<Napi::Array>().Get(index), "blockStarts");
  bool ascending = starts.length > 0 && starts.data[0] == 0;
  for (size_t i = 1; ascending && i < starts.length; i++) ascending = starts.data[i - 1] <= starts.data[i];
  const size_t num_keys = ascending ? static_cast<size_t>(starts.data[starts.length - 1]) : 0;
  const size_t num_heads = num_keys == 0 ? 0 : scales.length / num_keys;
  if (!ascending || num_heads * num_keys != scales.length) {
    throw Napi::RangeError::New(lists.keys.Env(), "blockStarts of part " + std::to_string(index) + " do not run from 0 to its keys without falling");
  }
  return {{keys.data, scales.data, starts.data, num_keys, starts.length - 1, first_block}, num_heads};
}

/** The parts of an index, and their blocks. */
inline std::vector<StoredKeys> stored_parts(const KeyLists& lists, size_t head_dim, size_t& num_blocks) {
  const Napi::Env env = lists.keys.Env();
  if (head_dim == 0) throw Napi::RangeError::New(env, "headDim is 0");
  for (const Napi::Value& list : {lists.keys, lists.key_scales, lists.block_starts}) {
    if (!list.IsArray()) throw Napi::TypeError::New(env, "keys, keyScales and blockStarts are lists of typed arrays");
  }
  std::vector<StoredKeys> parts(lists.keys.As<Napi::Array>().Length());
  num_blocks = 0;
  for (uint32_t i = 0; i < parts.size(); i++) {
    const Napi::HandleScope scope(env);
    parts[i] = stored_keys(lists, i, head_dim, num_blocks);
    num_blocks += parts[i].first.num_blocks;
  }
  return parts;
}

/** The same where there is one head. */
inline std::vector<KeyPart> key_parts(const KeyLists& lists, size_t head_dim, size_t& num_blocks) {
  std::vector<KeyPart> parts;
  for (const StoredKeys& stored : stored_parts(lists, head_dim, num_blocks)) {
    if (stored.num_heads > 1) throw Napi::RangeError::New(lists.keys.Env(), "blockStarts end before the keys of a part");
    parts.push_back(stored.first);
  }
  return parts;
}

}  // namespace lectern
