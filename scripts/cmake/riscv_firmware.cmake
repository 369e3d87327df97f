# Firmware images: C for the RV64IMAC hart, built by the bare-metal cross compiler beside the host's
# programs.

find_program(RISCV_GCC riscv64-unknown-elf-gcc)
find_program(RISCV_AR riscv64-unknown-elf-ar)
if(NOT RISCV_GCC OR NOT RISCV_AR)
  message(FATAL_ERROR
    "riscv64-unknown-elf-gcc is missing: the firmware cannot be built. "
    "Install gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf, as scripts/setup does.")
endif()

# CSR instructions are a part of the base ISA only in its version 2.2: naming zicsr in -march would
# match none of the C library's variants.
set(RISCV_FLAGS --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF
  -misa-spec=2.2 -march=rv64imac -mabi=lp64 -mcmodel=medany)
set(RISCV_COMPILE_FLAGS ${RISCV_FLAGS} -std=gnu17 -O2 -g -ffunction-sections -fdata-sections
  -fno-common -Wall -Wextra -Wconversion -Werror
  -I${PROJECT_SOURCE_DIR} -I${PROJECT_BINARY_DIR}/generated/firmware)
set(RISCV_LINKER_SCRIPT ${PROJECT_SOURCE_DIR}/firmware/startup/firmware.ld)
set(RISCV_OUTPUT ${PROJECT_BINARY_DIR}/firmware)

# luxlane_firmware_objects(VARIABLE SOURCE...): compiles for the board; VARIABLE gets the objects.
# A source belongs to one call only.
function(luxlane_firmware_objects variable)
  get_property(registers GLOBAL PROPERTY LUXLANE_REGISTER_TARGETS)
  set(objects)
  foreach(source ${ARGN})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE name)
    set(object ${RISCV_OUTPUT}/objects/${name}.o)
    cmake_path(GET object PARENT_PATH directory)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${RISCV_GCC} ${RISCV_COMPILE_FLAGS} -MD -MT ${object} -MF ${object}.d
              -c ${source} -o ${object}
      DEPENDS ${source} ${registers}
      DEPFILE ${object}.d
      COMMENT "Firmware ${name}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# luxlane_firmware_library(SOURCE...): what all images share, as one archive.
function(luxlane_firmware_library)
  luxlane_firmware_objects(objects ${ARGN})
  set(archive ${RISCV_OUTPUT}/libluxlane.a)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${RISCV_AR} rcs ${archive} ${objects}
    DEPENDS ${objects}
    VERBATIM)
  add_custom_target(firmware_library ALL DEPENDS ${archive})
endfunction()

add_custom_target(firmware)

# luxlane_firmware(NAME [TEST_ONLY] SOURCES ...): one image, <build>/firmware/NAME.elf, of these
# sources and the shared library; installed unless TEST_ONLY. Target: firmware_NAME.
function(luxlane_firmware name)
  cmake_parse_arguments(F "TEST_ONLY" "" "SOURCES" ${ARGN})
  luxlane_firmware_objects(objects ${F_SOURCES})
  set(image ${RISCV_OUTPUT}/${name}.elf)
  set(archive ${RISCV_OUTPUT}/libluxlane.a)
  add_custom_command(
    OUTPUT ${image}
    COMMAND ${RISCV_GCC} ${RISCV_FLAGS} -nostartfiles -T${RISCV_LINKER_SCRIPT} -Wl,--gc-sections
            -Wl,--undefined=_start ${objects} ${archive} -o ${image}
    DEPENDS ${objects} ${archive} firmware_library ${RISCV_LINKER_SCRIPT}
    COMMENT "Firmware image ${name}.elf"
    VERBATIM)
  add_custom_target(firmware_${name} ALL DEPENDS ${image})
  add_dependencies(firmware firmware_${name})
  if(NOT F_TEST_ONLY)
    install(FILES ${image} DESTINATION ${CMAKE_INSTALL_DATADIR}/luxlane/firmware)
  endif()
endfunction()
