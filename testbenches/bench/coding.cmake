find_library(FEC_LIBRARY NAMES libfec.a fec REQUIRED)
luxlane_bench(coding
  SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/coding_bench.cpp
  DEPENDS coding ${FEC_LIBRARY})
