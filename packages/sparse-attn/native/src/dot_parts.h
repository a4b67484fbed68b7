// Dot products of one vector with rows of int8 that lie in several places: the scan of stored embeddings.
#pragma once

#include <cstddef>
#include <vector>

#include "isa.h"

namespace lectern {

/** Rows in memory that may be a mapped file. */
struct RowPart {
  const signed char* rows;  // (num_rows, dim)
  const float* scales;      // (num_rows)
  size_t num_rows;
  size_t first_row;  // its place in `out`
};

/** Far above any embedder's; the more there are, the fewer bits a code may take: see dot_parts.cpp. */
constexpr size_t MAX_DOT_DIM = size_t{1} << 20;

struct DotPartsJob {
  const float* q;  // (dim), finite
  size_t dim;      // at most MAX_DOT_DIM
  const std::vector<RowPart>& parts;
  double* out;  // (rows of all parts)
};

/**
 * out = scale * step * sum of code_i * row_i with q = code * step in 16 bits, so off by at most scale * step / 2 * the row's sum of magnitudes.
 * Integers are summed: the same bits for every instruction set and number of threads.
 */
void dot_parts(Isa isa, const DotPartsJob& job, size_t max_threads);

}  // namespace lectern
