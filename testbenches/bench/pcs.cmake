luxlane_bench(pcs SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/pcs_bench.cpp DEPENDS coding)
