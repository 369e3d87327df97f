luxlane_bench(serdes_phy SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/serdes_phy_bench.cpp
              DEPENDS rx_dsp serdes_phy)
