// Runs the given tokens, then one new token after the other until a stop token, the limit, or a caller who has enough.
#pragma once

#include <functional>
#include <vector>

#include "forward.h"
#include "sampler.h"

namespace lectern {

struct GenerateOptions {
  const int32_t* tokens;
  size_t num_tokens;
  size_t max_tokens;
  std::vector<int32_t> stop_tokens;
  double temperature = 0;
  double top_p = 1;
  uint32_t seed = 0;
  int32_t* control = nullptr;
  std::function<bool(int32_t)> on_token;  // false: enough
};

struct GenerateResult {
  std::vector<int32_t> tokens;
  const char* finish_reason;
  double prefill_seconds;
  double decode_seconds;
};

GenerateResult generate(Session& session, Context& context, const GenerateOptions& options);

}  // namespace lectern
