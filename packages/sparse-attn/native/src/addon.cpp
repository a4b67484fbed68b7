// N-API glue of the attention addon: check types and lengths, take pointers, call. Ranges of block tables are checked in TypeScript.
#include <napi.h>

#include <algorithm>
#include <vector>

#include "attend.h"
#include "dot_parts.h"
#include "file_views.h"
#include "instance.h"
#include "isa.h"
#include "key_parts.h"
#include "start_block_scores.h"
#include "typed_args.h"

namespace lectern {

namespace {

/** useIsa(name: string): string. Empty: the best one. */
Napi::Value use_isa(const Napi::CallbackInfo& info) {
  const std::string forced = info[0].ToString();
  instance(info).isa = choose_isa(forced.c_str());
  return Napi::String::New(info.Env(), isa_name(instance(info).isa));
}

/** The 64-key blocks that each KV head reads: those of a CSR table, or all. An empty list is a list (with a null pointer). */
struct BlockLists {
  bool listed;
  Slice<int32_t> offsets;
  Slice<int32_t> ids;
  size_t num_keys;

  /** Spans of KV head h, whose keys and values start at k and v. */
  std::vector<KeySpan> spans(size_t h, const float* k, const float* v, size_t stride) const {
    std::vector<KeySpan> result;
    const size_t first = listed ? static_cast<size_t>(offsets.data[h]) : 0;
    const size_t last = listed ? static_cast<size_t>(offsets.data[h + 1]) : (num_keys + KEYS_PER_CALL - 1) / KEYS_PER_CALL;
    for (size_t i = first; i < last; i++) {
      const size_t start = (listed ? static_cast<size_t>(ids.data[i]) : i) * KEYS_PER_CALL;
      result.push_back({k + start * stride, v + start * stride, std::min(KEYS_PER_CALL, num_keys - start), static_cast<int64_t>(start)});
    }
    return result;
  }
};

/** attend(q, k, v, out, lse, offsets | null, ids | null, numTokens, numKeys, numHeads, numKvHeads, headDim, softmaxScale, firstQuery, window) */
void attend_call(const Napi::CallbackInfo& info) {
  const size_t num_tokens = count(info[7], "numTokens");
  const size_t num_keys = count(info[8], "numKeys");
  const size_t num_heads = count(info[9], "numHeads");
  const size_t num_kv_heads = count(info[10], "numKvHeads");
  const size_t head_dim = count(info[11], "headDim");
  const float scale = static_cast<float>(number(info[12], "softmaxScale"));
  const int64_t first_query = static_cast<int64_t>(number(info[13], "firstQuery"));
  const auto window = static_cast<int64_t>(count(info[14], "window"));
  if (num_kv_heads == 0 || num_heads % num_kv_heads != 0) throw Napi::RangeError::New(info.Env(), "numHeads is no multiple of numKvHeads");
  const auto q = typed_array<float>(info[0], "q", num_tokens * num_heads * head_dim);
  const auto k = typed_array<float>(info[1], "k", num_keys * num_kv_heads * head_dim);
  const auto v = typed_array<float>(info[2], "v", num_keys * num_kv_heads * head_dim);
  const auto out = typed_array<float>(info[3], "out", q.length);
  const auto lse = typed_array<float>(info[4], "lse", num_tokens * num_heads);
  BlockLists blocks{!info[5].IsNull(), {nullptr, 0}, {nullptr, 0}, num_keys};
  if (blocks.listed) {
    blocks.offsets = typed_array<int32_t>(info[5], "blocks.offsets", num_kv_heads + 1);
    blocks.ids = typed_array<int32_t>(info[6], "blocks.ids");
  }

  const size_t group = num_heads / num_kv_heads;
  const size_t stride = num_kv_heads * head_dim;
  for (size_t h = 0; h < num_kv_heads; h++) {
    const auto spans = blocks.spans(h, k.data + h * head_dim, v.data + h * head_dim, stride);
    const size_t first_head = h * group;
    attend(attention_kernels(instance(info).isa),
           {q.data + first_head * head_dim, num_heads * head_dim, num_tokens, group, head_dim, scale, spans.data(), spans.size(), stride,
            first_query, window, out.data + first_head * head_dim, num_heads * head_dim, lse.data + first_head, num_heads},
           instance(info).scratch);
  }
}

/** blockLseParts(q, keys[], keyScales[], blockStarts[], headDim, softmaxScale, maxThreads, exact, out) */
void block_lse_parts_call(const Napi::CallbackInfo& info) {
  const size_t head_dim = count(info[4], "headDim");
  size_t num_blocks;
  const std::vector<KeyPart> parts = key_parts({info[1], info[2], info[3]}, head_dim, num_blocks);
  const auto q = typed_array<float>(info[0], "q");
  const size_t num_queries = q.length / head_dim;
  const auto out = typed_array<float>(info[8], "out", num_blocks * num_queries);
  block_lse_parts(instance(info).isa, {{q.data, num_queries, head_dim, static_cast<float>(number(info[5], "softmaxScale"))}, parts, info[7].ToBoolean(), out.data},
                  count(info[6], "maxThreads"));
}

/** dotParts(q, rows[], scales[], maxThreads, out) */
void dot_parts_call(const Napi::CallbackInfo& info) {
  const auto q = typed_array<float>(info[0], "q");
  if (q.length == 0 || q.length > MAX_DOT_DIM) throw Napi::RangeError::New(info.Env(), "q has " + std::to_string(q.length) + " dimensions");
  if (!info[1].IsArray() || !info[2].IsArray()) throw Napi::TypeError::New(info.Env(), "rows and scales are lists of typed arrays");
  std::vector<RowPart> parts(info[1].As<Napi::Array>().Length());
  size_t num_rows = 0;
  for (uint32_t i = 0; i < parts.size(); i++) {
    const Napi::HandleScope scope(info.Env());
    const auto scales = typed_array<float>(info[2].As<Napi::Array>().Get(i), "scales");
    const auto rows = typed_array<int8_t>(info[1].As<Napi::Array>().Get(i), "rows", scales.length * q.length);
    parts[i] = {rows.data, scales.data, scales.length, num_rows};
    num_rows += scales.length;
  }
  const auto out = typed_array<double>(info[4], "out", num_rows);
  dot_parts(instance(info).isa, {q.data, q.length, parts, out.data}, count(info[3], "maxThreads"));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Instance());
  exports.Set("useIsa", Napi::Function::New(env, use_isa));
  exports.Set("attend", Napi::Function::New(env, attend_call));
  exports.Set("blockLseParts", Napi::Function::New(env, block_lse_parts_call));
  exports.Set("startBlockScores", Napi::Function::New(env, start_block_scores));
  exports.Set("dotParts", Napi::Function::New(env, dot_parts_call));
  exports.Set("fileStates", Napi::Function::New(env, file_states));
  exports.Set("mapFile", Napi::Function::New(env, map_file_call));
  return exports;
}

}  // namespace

NODE_API_MODULE(sparse_attn, init)

}  // namespace lectern
