// Inputs of a matrix that are left out of the 8-bit codes: those with the most energy in rows that were seen.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "weights/linear.h"

namespace lectern {

using Energies = std::map<const Linear*, std::vector<double>>;  // of each input: sum over rows of its share of the row's energy

/** x (rows, k). */
void add_energies(std::vector<double>& energies, const float* x, size_t rows, size_t k);

/** Ascending, an even number. */
std::vector<uint16_t> highest(const std::vector<double>& energies);

}  // namespace lectern
