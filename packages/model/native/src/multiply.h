// Matrix products of one step, in one parallel region: packed weights, fused epilogues.
#pragma once

#include "session.h"

namespace lectern {

struct Product {
  const Linear* weight;
  const Linear* weight2;  // only for silu_mul and gelu_mul, else null: as many outputs as weight
  const float* x;         // (rows, num_inputs)
  float* y;               // (rows, num_outputs), rows y_stride apart
  size_t y_stride;
  Epilogue epilogue;
  const float* bias = nullptr;  // (num_outputs) or null; only for store
};

/** All products have `rows` rows. Every element is one sum over the inputs in order, whatever the number of threads. */
void multiply(Session& session, const Product* products, size_t num_products, size_t rows);

/** The same with activations in 8 bits: see kernels/int8.h. */
void multiply_int8(Session& session, const Product* products, size_t num_products, size_t rows);

/** int8 only: x (rows, num_inputs) as products with `weight` take it, in session.act.quantised. */
QuantRows quantise_rows(Session& session, const Linear& weight, const float* x, size_t rows);

/** Writes a tile of `rows` rows, `stride` apart, whose first column is output `col`, into rows [row, row + rows) of y. */
void finish_tile(const ModelKernels& kernels, const Product& product, const float* tile, const float* tile2, size_t stride, size_t rows, size_t row,
                 size_t col, size_t cols);

}  // namespace lectern
