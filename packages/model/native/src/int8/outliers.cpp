#include "int8/outliers.h"

#include <algorithm>
#include <numeric>

#include "kernels/int8.h"

namespace lectern {

void add_energies(std::vector<double>& energies, const float* x, size_t rows, size_t k) {
  energies.resize(k);
  for (size_t r = 1; r < rows; r++) {  // the first token is a sink, unlike all others
    double total = 1e-30;
    for (size_t i = 0; i < k; i++) total += static_cast<double>(x[r * k + i]) * x[r * k + i];
    for (size_t i = 0; i < k; i++) energies[i] += static_cast<double>(x[r * k + i]) * x[r * k + i] / total;
  }
}

std::vector<uint16_t> highest(const std::vector<double>& energies) {
  std::vector<uint16_t> index(energies.size());
  std::iota(index.begin(), index.end(), uint16_t{0});
  std::stable_sort(index.begin(), index.end(), [&](uint16_t a, uint16_t b) { return energies[a] > energies[b]; });
  index.resize(std::min(MAX_OUTLIERS, energies.size() / 8 / 2 * 2));
  std::sort(index.begin(), index.end());
  return index;
}

}  // namespace lectern
