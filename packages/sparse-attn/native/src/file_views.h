// Mapped files for JavaScript.
#pragma once

#include <napi.h>

namespace lectern {

/** fileStates(paths: string[]): Buffer of (paths.length, 40) bytes, each file's FileState; zeros where there is none. */
Napi::Value file_states(const Napi::CallbackInfo& info);

/**
 * mapFile(path: string): { bytes: ArrayBuffer, state: Buffer } | undefined where it cannot be mapped. The memory is read only:
 * a write ends the process, and so does reading beyond the end of a file that was cut meanwhile. Unmapped with the ArrayBuffer.
 */
Napi::Value map_file_call(const Napi::CallbackInfo& info);

}  // namespace lectern
