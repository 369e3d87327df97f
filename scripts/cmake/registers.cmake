# Register maps: every output of scripts/svd/svdgen.py, made at build time from the SVD files.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(SVDGEN ${PROJECT_SOURCE_DIR}/scripts/svd/svdgen.py)

# luxlane_registers(ROOM FILE.svd): generates generated/registers/FILE.h (C++ register bank),
# generated/firmware/regs/FILE.h (C header) and docs/registers/FILE.md, and makes luxlane_ROOM
# depend on them. Include the bank as "registers/FILE.h".
function(luxlane_registers room svd)
  get_filename_component(device ${svd} NAME_WE)
  set(out ${PROJECT_BINARY_DIR})
  add_custom_command(
    OUTPUT ${out}/generated/registers/${device}.h ${out}/generated/firmware/regs/${device}.h
           ${out}/docs/registers/${device}.md
    COMMAND ${Python3_EXECUTABLE} ${SVDGEN} device ${CMAKE_CURRENT_SOURCE_DIR}/${svd}
            --cpp ${out}/generated/registers/${device}.h
            --c ${out}/generated/firmware/regs/${device}.h
            --markdown ${out}/docs/registers/${device}.md
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${svd} ${SVDGEN}
    COMMENT "Registers of ${device}")
  add_custom_target(registers_${device} DEPENDS ${out}/generated/registers/${device}.h)
  add_dependencies(luxlane_${room} registers_${device})
  set_property(GLOBAL APPEND PROPERTY LUXLANE_SVD ${CMAKE_CURRENT_SOURCE_DIR}/${svd})
  set_property(GLOBAL APPEND PROPERTY LUXLANE_REGISTER_TARGETS registers_${device})
endfunction()
