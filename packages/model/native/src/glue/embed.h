// The exports of glue/embed.cpp.
#pragma once

#include <napi.h>

namespace lectern {

Napi::Value load_embedder(const Napi::CallbackInfo& info);
Napi::Value embedder_precision(const Napi::CallbackInfo& info);
void embed_call(const Napi::CallbackInfo& info);
void dispose_embedder(const Napi::CallbackInfo& info);

}  // namespace lectern
