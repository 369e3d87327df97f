# Compiler settings and the helper functions that every room's CMakeLists.txt uses.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Sections 'Determinism' of docs/architecture.md: x86-64-v3 is the floor, and the compiler may not
# contract or reorder floating-point operations on its own: kernels that fuse say std::fma.
add_compile_options(-march=x86-64-v3 -ffp-contract=off -Wall -Wextra -Wconversion -Werror)

set(LUXLANE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
if(LUXLANE_SANITIZE)
  # GCC 12 warns about what the sanitizers insert; the release build is the one without warnings.
  add_compile_options(-fsanitize=${LUXLANE_SANITIZE} -fno-omit-frame-pointer -O1 -Wno-error
                      -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${LUXLANE_SANITIZE})
endif()
option(LUXLANE_COVERAGE "Instrument for gcov" OFF)
if(LUXLANE_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)

# Debian's libsystemc was built as C++17; its headers check that users agree.
add_library(systemc INTERFACE)
find_path(SYSTEMC_INCLUDE systemc.h REQUIRED)
find_library(SYSTEMC_LIBRARY systemc REQUIRED)
target_include_directories(systemc SYSTEM INTERFACE ${SYSTEMC_INCLUDE})
target_compile_definitions(systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
add_library(luxlane_sc_main OBJECT ${PROJECT_SOURCE_DIR}/models/common/sc_main.cpp)
target_link_libraries(systemc INTERFACE $<TARGET_OBJECTS:luxlane_sc_main> ${SYSTEMC_LIBRARY}
                      Threads::Threads)

# luxlane_room(NAME SOURCES ... [DEPENDS ...]): one folder of models/ or platform/ as the static
# library luxlane_NAME. DEPENDS names other rooms (without prefix) or any CMake target. A room that
# does not depend on `systemc` cannot include it... and scripts/lint checks that none does.
function(luxlane_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(luxlane_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(luxlane_${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  luxlane_depend(luxlane_${name} PUBLIC ${ROOM_DEPENDS})
endfunction()

# luxlane_depend(TARGET SCOPE NAME...): links rooms by their short names, other targets and flags as
# they are. A room may be declared later in the tree.
function(luxlane_depend target scope)
  foreach(dependency ${ARGN})
    if(TARGET ${dependency} OR dependency MATCHES "::|^/|^-")
      target_link_libraries(${target} ${scope} ${dependency})
    else()
      target_link_libraries(${target} ${scope} luxlane_${dependency})
    endif()
  endforeach()
endfunction()

# luxlane_test(NAME SOURCES ... [DEPENDS ...] [LABELS ...]): one Catch2 program, registered as one
# ctest test `NAME`. The main function is shared and compiled once.
function(luxlane_test name)
  cmake_parse_arguments(T "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(test_${name} ${T_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_compile_definitions(test_${name} PRIVATE
    LUXLANE_VECTORS="${PROJECT_SOURCE_DIR}/testbenches/vectors"
    LUXLANE_BUILD="${PROJECT_BINARY_DIR}")
  # Assertions are many and cold: optimising them doubles the compile time for nothing.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(test_${name} PRIVATE luxlane_catch_main)
  luxlane_depend(test_${name} PRIVATE ${T_DEPENDS})
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}")
endfunction()

# luxlane_bench(NAME SOURCES ... [DEPENDS ...]): one Google Benchmark program build/<preset>/bench/NAME.
find_package(benchmark QUIET)
function(luxlane_bench name)
  if(NOT benchmark_FOUND)
    return()
  endif()
  cmake_parse_arguments(B "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(bench_${name} ${B_SOURCES})
  target_include_directories(bench_${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(bench_${name} PRIVATE benchmark::benchmark benchmark::benchmark_main)
  luxlane_depend(bench_${name} PRIVATE ${B_DEPENDS})
endfunction()
