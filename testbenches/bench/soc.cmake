luxlane_bench(soc SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/soc_bench.cpp DEPENDS soc)
