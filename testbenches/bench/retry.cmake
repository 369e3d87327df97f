luxlane_bench(retry SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/retry_bench.cpp DEPENDS serdes_phy)
