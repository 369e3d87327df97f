luxlane_bench(statistical_eye SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/statistical_eye_bench.cpp DEPENDS dsp)
