luxlane_bench(symbol_kernel SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/symbol_kernel_bench.cpp DEPENDS dsp)
