#include "session.h"

#include "context.h"

namespace lectern {

Session::Session(std::shared_ptr<const Weights> shared, Isa chosen, size_t num_threads)
    : weights(std::move(shared)),
      isa(chosen),
      kernels(model_kernels(chosen)),
      int8(weights->precision == Precision::int8 ? int8_kernels(chosen) : nullptr),
      attention(attention_kernels(chosen)),
      int8_attention(int8 ? int8_attention_kernels(chosen) : nullptr),
      pool(num_threads),
      scratch(pool.num_threads()),
      spare_rows(std::make_shared<SpareRows>()) {}

Session::Session(Precision precision, Isa chosen, size_t num_threads)
    : isa(chosen),
      kernels(model_kernels(chosen)),
      int8(precision == Precision::int8 ? int8_kernels(chosen) : nullptr),
      attention(attention_kernels(chosen)),
      int8_attention(nullptr),
      pool(num_threads),
      scratch(pool.num_threads()) {}

}  // namespace lectern
