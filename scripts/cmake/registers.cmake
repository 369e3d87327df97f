# Register maps: every output of scripts/svd/svdgen.py, made at build time from the SVD files.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(SVDGEN ${PROJECT_SOURCE_DIR}/scripts/svd/svdgen.py)

# luxlane_registers_of(TARGET FILE.svd): generates generated/registers/FILE.h (C++ register bank),
# generated/firmware/regs/FILE.h (C header) and docs/registers/FILE.md before TARGET is compiled.
# Include the bank as "registers/FILE.h".
function(luxlane_registers_of target svd)
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
  add_dependencies(${target} registers_${device})
endfunction()

# luxlane_registers(ROOM FILE.svd): the same for luxlane_ROOM, and the device becomes part of the board's
# merged map.
function(luxlane_registers room svd)
  luxlane_registers_of(luxlane_${room} ${svd})
  get_filename_component(device ${svd} NAME_WE)
  set_property(GLOBAL APPEND PROPERTY LUXLANE_SVD ${CMAKE_CURRENT_SOURCE_DIR}/${svd})
  set_property(GLOBAL APPEND PROPERTY LUXLANE_REGISTER_TARGETS registers_${device})
endfunction()

# luxlane_board_registers(): one SVD of the whole board for debuggers' peripheral views.
function(luxlane_board_registers)
  get_property(files GLOBAL PROPERTY LUXLANE_SVD)
  set(board ${PROJECT_BINARY_DIR}/luxlane-board.svd)
  add_custom_command(
    OUTPUT ${board}
    COMMAND ${Python3_EXECUTABLE} ${SVDGEN} board luxlane_board ${board} ${files}
    DEPENDS ${files} ${SVDGEN}
    COMMENT "Registers of the board")
  add_custom_target(board_registers ALL DEPENDS ${board})
  # Everything that is generated, for tools that read the sources without building them.
  get_property(targets GLOBAL PROPERTY LUXLANE_REGISTER_TARGETS)
  add_custom_target(board_headers DEPENDS ${targets})
  install(FILES ${board} DESTINATION ${CMAKE_INSTALL_DATADIR}/luxlane)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/docs/registers DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()
