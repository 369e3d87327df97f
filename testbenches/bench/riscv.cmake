luxlane_bench(riscv SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/riscv_bench.cpp DEPENDS riscv)
