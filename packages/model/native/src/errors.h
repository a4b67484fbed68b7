// Failures a caller may expect; the glue hands the code on, TypeScript makes a ServiceError of it.
#pragma once

#include <stdexcept>
#include <string>

namespace lectern {

class EngineError : public std::runtime_error {
 public:
  EngineError(const char* code, const std::string& message) : std::runtime_error(message), code(code) {}
  const char* code;
};

}  // namespace lectern
