luxlane_bench(photonics SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/photonics_bench.cpp DEPENDS link dsp)
