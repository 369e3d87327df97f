luxlane_bench(optical_path SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/optical_path_bench.cpp DEPENDS rx_dsp pd_array optical_channel tx_driver)
