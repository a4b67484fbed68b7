// What the addon keeps for a JavaScript environment.
#pragma once

#include <napi.h>

#include "attend.h"
#include "isa.h"

namespace lectern {

/** One per JavaScript environment (main thread or worker). */
struct Instance {
  Isa isa = best_isa();
  AttendScratch scratch;
};

inline Instance& instance(const Napi::CallbackInfo& info) { return *info.Env().GetInstanceData<Instance>(); }

}  // namespace lectern
