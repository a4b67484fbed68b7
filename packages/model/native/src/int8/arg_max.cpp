// All rows are multiplied by their high nibbles. What a row's low nibbles add to that is bounded by Cauchy and Schwarz:
//   |sum_g scale_g x_scale_g <low_g - 8, x_g>| <= |scale (low - 8)| |x|
// The first norm is kept with the row, the second is x's own. Only where that bound reaches the best product so far are whole codes taken,
// by the kernel that takes them everywhere else: so the best is found with the bits it always had.
#include "int8/arg_max.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "multiply.h"

namespace lectern {

namespace {

constexpr size_t PANELS_PER_TASK = 8;       // of the second look
constexpr float ROUNDING = 1.0f / (1 << 21);  // of the last additions on both sides, relative to their sums

struct Best {
  float value;
  size_t index;
  bool before(const Best& other) const { return value > other.value || (value == other.value && index < other.index); }
};
constexpr Best NONE{-INFINITY, SIZE_MAX};

/** Of the codes in front of `x`, rounded up. */
float norm_of(const QuantRows& x) {
  double sum = 0;
  for (size_t g = 0; g < x.k / ACTIVATION_GROUP; g++) {
    int squares = 0;
    for (size_t i = 0; i < ACTIVATION_GROUP; i++) squares += x.codes[g * ACTIVATION_GROUP + i] * x.codes[g * ACTIVATION_GROUP + i];
    sum += static_cast<double>(x.scales[g]) * x.scales[g] * squares;
  }
  return static_cast<float>(std::sqrt(sum) * (1 + 1e-6));
}

size_t columns_of(const Linear& weight, size_t panel) {
  return std::min(PANEL_COLS, weight.num_outputs() - std::min(weight.num_outputs(), panel * PANEL_COLS));
}

/** The best of a panel by its high nibbles; `bound` becomes what none of its columns is above. */
Best scan_panel(const Session& s, const Linear& weight, const QuantRows& x, float x_norm, size_t panel, float& bound) {
  alignas(64) float y[PANEL_COLS], most[PANEL_COLS];
  const Int8Panel high = weight.int8_panel(panel);
  s.int8->gemm(x, 1, &high, 1, {y, PANEL_COLS, Epilogue::store, nullptr});
  const float* norms = weight.rest_norms(panel);
  for (size_t c = 0; c < PANEL_COLS; c++) {
    const float rest = norms[c] * x_norm;
    most[c] = y[c] + (rest + (ROUNDING * (std::fabs(y[c]) + rest) + FLT_MIN));
  }
  const size_t columns = columns_of(weight, panel);
  Best best = NONE;
  bound = -INFINITY;
  for (size_t c = 0; c < columns; c++) {
    if (y[c] > best.value) best = {y[c], panel};
    bound = most[c] <= bound ? bound : most[c];
  }
  return best;
}

Best best_of_panel(Session& s, const Linear& weight, const QuantRows& x, size_t panel, size_t thread) {
  alignas(64) float y[PANEL_COLS];
  const Int8Panel whole = weight.whole_panel(panel, *s.int8, 1, s.scratch[thread].joined(weight));
  s.int8->gemm(x, 1, &whole, 1, {y, PANEL_COLS, Epilogue::store, nullptr});
  Best best = NONE;
  for (size_t c = 0; c < columns_of(weight, panel); c++) {
    const Best next{y[c], panel * PANEL_COLS + c};
    if (next.before(best)) best = next;
  }
  return best;
}

}  // namespace

std::optional<size_t> arg_max_int8(Session& s, const Linear& weight, const float* input) {
  const QuantRows x = quantise_rows(s, weight, input, 1);
  const PhaseTimer timer(s.phases.multiply);
  const float x_norm = norm_of(x);
  if (!std::isfinite(x_norm) || !std::isfinite(*x.side_scales)) return std::nullopt;

  const size_t num_panels = weight.num_panels();
  const size_t per_chunk = (num_panels + s.pool.num_threads() - 1) / s.pool.num_threads();  // one stream of panels a thread
  float* bounds = s.act.bounds.reserve(num_panels);
  std::vector<Best> firsts(s.pool.num_threads(), NONE);
  s.pool.run((num_panels + per_chunk - 1) / per_chunk, [&](size_t chunk, size_t) {
    Best first = NONE;
    for (size_t panel = chunk * per_chunk; panel < std::min(num_panels, (chunk + 1) * per_chunk); panel++) {
      const Best next = scan_panel(s, weight, x, x_norm, panel, bounds[panel]);
      if (next.before(first)) first = next;
    }
    firsts[chunk] = first;
  });
  s.weight_bytes += weight.high_bytes();

  Best first = NONE;
  for (const Best& next : firsts) first = next.before(first) ? next : first;
  if (first.index == SIZE_MAX) return std::nullopt;
  Best best = best_of_panel(s, weight, x, first.index, 0);
  std::vector<size_t> candidates;
  for (size_t panel = 0; panel < num_panels; panel++) {
    if (panel != first.index && !(bounds[panel] < best.value)) candidates.push_back(panel);
  }
  std::vector<Best> bests((candidates.size() + PANELS_PER_TASK - 1) / PANELS_PER_TASK, NONE);
  s.pool.run(bests.size(), [&](size_t task, size_t thread) {
    for (size_t i = task * PANELS_PER_TASK; i < std::min(candidates.size(), (task + 1) * PANELS_PER_TASK); i++) {
      const Best next = best_of_panel(s, weight, x, candidates[i], thread);
      if (next.before(bests[task])) bests[task] = next;
    }
  });
  for (const Best& next : bests) best = next.before(best) ? next : best;
  s.weight_bytes += (candidates.size() + 1) * (weight.int8_bytes() / num_panels);
  if (!std::isfinite(best.value)) return std::nullopt;
  return best.index;
}

}  // namespace lectern
