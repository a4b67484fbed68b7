// Which inputs of a matrix are outliers is a property of the model, hardly of the text: a pass in f32 over made-up tokens shows them.
// The choice is the same on every load, so readings made by different workers agree.
#include "int8/load_weights.h"

#include <algorithm>
#include <stdexcept>

#include "forward.h"
#include "int8/outliers.h"

namespace lectern {

namespace {

constexpr size_t NUM_TOKENS = 128;

Energies observe_pass(const std::shared_ptr<Weights>& weights, Isa isa, size_t num_threads) {
  Energies energies;
  Session session(weights, isa, num_threads);
  session.int8 = nullptr;
  session.int8_attention = nullptr;
  session.observe = [&](const Linear& weight, const float* x, size_t rows) { add_energies(energies[&weight], x, rows, weight.num_inputs()); };
  const size_t num_tokens = std::min(NUM_TOKENS, weights->config.context_length);
  std::vector<int32_t> tokens(num_tokens);
  for (size_t i = 0; i < num_tokens; i++) tokens[i] = static_cast<int32_t>((i * 2654435761u) % weights->config.vocab_size);
  Context context(weights, session.spare_rows, num_tokens, num_tokens);
  std::vector<float> logits(weights->config.vocab_size);
  std::vector<ForwardItem> batch{{&context, tokens.data(), num_tokens, logits.data(), nullptr}};
  ForwardWant want;
  want.logits = Logits::last;  // else the last layer is not run to its end
  want.until_layer = weights->config.num_layers;
  forward(session, batch, want);
  const ModelConfig& c = weights->config;
  for (size_t r = 0; r < num_tokens; r++) {
    float* row = session.act.x.data() + r * c.dim;
    session.kernels.rms_norm(row, weights->output_norm.data(), c.rms_norm_eps, c.dim, row);
  }
  add_energies(energies[&weights->output], session.act.x.data(), num_tokens, c.dim);
  return energies;
}

void choose_outliers(const std::shared_ptr<Weights>& weights, Isa isa, Packing packing, size_t num_threads) {
  const Energies energies = observe_pass(weights, isa, num_threads);
  ThreadPool pool(num_threads);
  // Matrices of one step read the same rows; `observe` saw the step's first.
  const auto add = [&](std::initializer_list<Linear*> step) {
    for (const Linear* seen : step) {
      const auto found = energies.find(seen);
      if (found == energies.end()) continue;
      const auto outliers = highest(found->second);
      for (Linear* linear : step) linear->add_side(outliers, pool, packing);
      return;
    }
    throw std::logic_error("a matrix was not seen in the pass that chooses outliers");
  };
  for (LayerWeights& w : weights->layers) {
    add({&w.q, &w.k, &w.v});
    add({&w.o});
    add({&w.gate, &w.up});
    add({&w.down});
  }
  add({&weights->output});
}

}  // namespace

std::shared_ptr<const Weights> load_weights(const ModelSpec& spec, Isa isa, PrecisionWish wish, size_t num_threads) {
  const bool can = int8_kernels(isa) && int8_attention_kernels(isa) && int8_fits(spec.config) && int8_attention_fits(spec.config.head_dim);
  // Without vectors of integers f32 is twice as fast.
  const bool want = wish == PrecisionWish::int8 || (wish == PrecisionWish::faster && isa != Isa::scalar);
  const Precision precision = can && want ? Precision::int8 : Precision::f32;
  const Packing packing = precision == Precision::int8 && int8_kernels(isa)->tight_rows > 0 ? Packing::tight : Packing::bytes;
  return shared_weights(spec, precision, packing, num_threads, [&](const std::shared_ptr<Weights>& weights) {
    if (precision == Precision::int8) choose_outliers(weights, isa, packing, num_threads);
  });
}

}  // namespace lectern
