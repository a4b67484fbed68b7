# What both addons share: Node-API headers from npm, one set of flags, per-file instruction sets.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
find_package(Threads REQUIRED)

set(NODE_EXECUTABLE node CACHE STRING "The Node that the addons are for")

function(node_eval expression result)
  execute_process(COMMAND ${NODE_EXECUTABLE} -p ${expression} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    OUTPUT_VARIABLE value OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${value} PARENT_SCOPE)
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(LECTERN_X86 ON)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64 AND CMAKE_SYSTEM_NAME STREQUAL Linux)
  set(LECTERN_ARM ON)  # elsewhere there is no getauxval to ask for the dot product instructions
endif()

# What each instruction set's kernel files are compiled with.
set(LECTERN_FLAGS_scalar "")
set(LECTERN_FLAGS_neon -march=armv8.2-a+dotprod)
set(LECTERN_FLAGS_avx2 -mavx2 -mfma -mf16c)
set(LECTERN_FLAGS_avxvnni -mavxvnni ${LECTERN_FLAGS_avx2})
set(LECTERN_FLAGS_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl ${LECTERN_FLAGS_avx2})
set(LECTERN_FLAGS_avx512vnni -mavx512vnni ${LECTERN_FLAGS_avx512})

# -ffp-contract=off: one rounding only where the source says fma. Never -march=native or -ffast-math (it breaks -inf masks).
function(lectern_flags target)
  target_compile_options(${target} PRIVATE -O3 -Wall -Wextra -fvisibility=hidden -ffp-contract=off)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # GCC 12's own immintrin.h sets it off
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized)
  endif()
  if(LECTERN_X86)
    target_compile_definitions(${target} PRIVATE LECTERN_X86_KERNELS)
  elseif(LECTERN_ARM)
    target_compile_definitions(${target} PRIVATE LECTERN_ARM_KERNELS)
  endif()
endfunction()

# kernels_<isa>.cpp and kernels_int8_<isa>.cpp of a folder, as far as there are such, into `result`, each with its instruction set's flags.
# Kernel files take no STL: see kernels.h.
function(lectern_kernel_sources folder result)
  set(isas scalar)
  if(LECTERN_X86)
    list(APPEND isas avx2 avxvnni avx512 avx512vnni)
  elseif(LECTERN_ARM)
    list(APPEND isas neon)
  endif()
  set(sources)
  foreach(isa ${isas})
    foreach(file ${folder}/kernels_${isa}.cpp ${folder}/kernels_int8_${isa}.cpp)
      if(EXISTS ${file})
        list(APPEND sources ${file})
        set_source_files_properties(${file} TARGET_DIRECTORY ${ARGN} PROPERTIES COMPILE_OPTIONS "${LECTERN_FLAGS_${isa}}")
      endif()
    endforeach()
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

function(lectern_addon target)
  add_library(${target} MODULE ${ARGN})
  lectern_flags(${target})
  node_eval("require('node-api-headers').include_dir" node_api_include)
  node_eval("require('path').resolve(require('node-addon-api').include_dir)" napi_include)
  target_include_directories(${target} SYSTEM PRIVATE ${node_api_include} ${napi_include})
  target_compile_definitions(${target} PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS_ALL NODE_ADDON_API_DISABLE_DEPRECATED)
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX ".node" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(APPLE)
    target_link_options(${target} PRIVATE -undefined dynamic_lookup)
  endif()
endfunction()
