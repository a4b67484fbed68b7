// A scan of an index that goes on while JavaScript does something else.
#include "start_block_scores.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "block_scores.h"
#include "instance.h"
#include "key_parts.h"
#include "typed_args.h"

namespace lectern {

namespace {

/** The arguments live as long as the run. Members go in reverse order: the threads end before what they read is let go. */
struct Begun {
  Napi::ObjectReference arguments;
  std::unique_ptr<BlockScoresRun> run;

  void finish() {
    if (!run) return;
    run->finish();
    run.reset();
    arguments.Reset();
  }
};

Napi::Value item(const Napi::Value& list, uint32_t index) { return list.As<Napi::Array>().Get(index); }

HeadScoring head_scoring(const Napi::CallbackInfo& info, uint32_t h, size_t kv_head, double weight, size_t head_dim, const std::vector<StoredKeys>& stored) {
  const auto q = typed_array<float>(item(info[0], h), "q");
  const size_t num_queries = q.length / head_dim;
  if (num_queries * head_dim != q.length) throw Napi::RangeError::New(info.Env(), "q is no whole number of queries");
  const auto z = typed_array<float>(item(info[2], h), "z", num_queries);
  const auto extra = typed_array<float>(item(info[3], h), "extra");
  const auto extra_of = typed_array<int32_t>(info[11], "extraOf");
  const auto num_extras = static_cast<int64_t>(num_queries == 0 ? 0 : extra.length / num_queries);
  for (size_t b = 0; num_queries > 0 && b < extra_of.length; b++) {
    if (extra_of.data[b] >= num_extras) throw Napi::RangeError::New(info.Env(), "extraOf names an extra that there is not");
  }
  HeadScoring head{{q.data, num_queries, head_dim, static_cast<float>(number(info[9], "softmaxScale"))}, {}, z.data, extra.data, weight};
  for (const StoredKeys& part : stored) {
    if (part.first.num_keys > 0 && kv_head >= part.num_heads) throw Napi::RangeError::New(info.Env(), "a part has no keys of head " + std::to_string(kv_head));
    head.parts.push_back(part.of(part.first.num_keys > 0 ? kv_head : 0, head_dim));
  }
  return head;
}

}  // namespace

Napi::Value start_block_scores(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const size_t head_dim = count(info[8], "headDim");
  size_t num_blocks;
  const std::vector<StoredKeys> stored = stored_parts({info[5], info[6], info[7]}, head_dim, num_blocks);
  const auto kv_heads = typed_array<int32_t>(info[1], "kvHeads");
  const auto weights = typed_array<double>(info[4], "weights", kv_heads.length);
  for (const size_t list : {size_t{0}, size_t{2}, size_t{3}}) {
    if (!info[list].IsArray() || info[list].As<Napi::Array>().Length() != kv_heads.length) {
      throw Napi::RangeError::New(env, "q, z and extra are lists with an entry for each head");
    }
  }
  BlockScoresJob job{{}, typed_array<int32_t>(info[11], "extraOf", num_blocks).data, number(info[12], "floor"), typed_array<double>(info[13], "scores", num_blocks).data};
  for (uint32_t h = 0; h < kv_heads.length; h++) {
    if (kv_heads.data[h] < 0) throw Napi::RangeError::New(env, "a head below 0");
    job.heads.push_back(head_scoring(info, h, static_cast<size_t>(kv_heads.data[h]), weights.data[h], head_dim, stored));
  }

  Napi::Array arguments = Napi::Array::New(env, info.Length());
  for (size_t i = 0; i < info.Length(); i++) arguments.Set(static_cast<uint32_t>(i), info[i]);
  auto begun = std::make_shared<Begun>();
  begun->arguments = Napi::Persistent(arguments.As<Napi::Object>());
  begun->run = std::make_unique<BlockScoresRun>(instance(info).isa, std::move(job), count(info[10], "maxThreads"));
  return Napi::Function::New(env, [begun](const Napi::CallbackInfo&) { begun->finish(); });
}

}  // namespace lectern
