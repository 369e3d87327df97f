luxlane_bench(led_bank SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/led_bank_bench.cpp DEPENDS photonics)
