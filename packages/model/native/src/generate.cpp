#include "generate.h"

#include <algorithm>
#include <chrono>

namespace lectern {

GenerateResult generate(Session& session, Context& context, const GenerateOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  context.check_room(options.num_tokens + options.max_tokens - 1);  // the last token is not run
  const ModelConfig& c = session.weights->config;
  const bool greedy = options.temperature == 0;
  std::vector<float> logits(greedy ? 0 : c.vocab_size);
  ForwardWant want;
  want.logits = greedy ? Logits::best : Logits::last;
  want.until_layer = c.num_layers;
  want.control = options.control;
  Sampler sampler(options.temperature, options.top_p, options.seed);
  const auto step = [&](const int32_t* tokens, size_t num_tokens) {
    int32_t best;
    std::vector<ForwardItem> batch{{&context, tokens, num_tokens, logits.data(), nullptr, &best}};
    forward(session, batch, want);
    return greedy ? best : sampler.next(logits.data(), c.vocab_size);
  };

  const auto start = Clock::now();
  int32_t token = step(options.tokens, options.num_tokens);
  const auto first = Clock::now();
  GenerateResult result{{}, nullptr, seconds(first - start), 0};
  while (!result.finish_reason) {
    if (std::find(options.stop_tokens.begin(), options.stop_tokens.end(), token) != options.stop_tokens.end()) {
      result.finish_reason = "stop";
      break;
    }
    result.tokens.push_back(token);
    if (options.on_token && !options.on_token(token)) {
      result.finish_reason = "cancelled";
    } else if (result.tokens.size() == options.max_tokens) {
      result.finish_reason = "length";
    } else {
      token = step(&result.tokens.back(), 1);
    }
  }
  result.decode_seconds = seconds(Clock::now() - first);
  return result;
}

}  // namespace lectern
