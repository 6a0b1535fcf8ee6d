# SPDX-License-Identifier: MIT
# What Zephyr's CMake functions do, as far as the module asks them: libraries and snippets are written down, the devicetree is what
# partitions.py has printed.

add_library(zephyr_interface INTERFACE)

macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name})
  add_library(${name} STATIC)
  target_link_libraries(${name} PRIVATE zephyr_interface)
endmacro()

function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()

function(zephyr_library_compile_definitions)
  target_compile_definitions(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()

function(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endfunction()

# Put into the script at this place, as Zephyr does by its preprocessor.
function(zephyr_linker_sources location file)
  if(NOT location STREQUAL "SECTIONS")
    message(FATAL_ERROR "location ${location}")
  endif()
  configure_file(${file} ${CMAKE_BINARY_DIR}/snippets-sections.ld COPYONLY)
endfunction()

function(dt_nodelabel var NODELABEL label)
  if(DEFINED dt_path_${label})
    set(${var} ${dt_path_${label}} PARENT_SCOPE)
  else()
    unset(${var} PARENT_SCOPE)
  endif()
endfunction()

function(dt_reg_addr var PATH path)
  set(${var} ${dt_addr_${path}} PARENT_SCOPE)
endfunction()

function(dt_reg_size var PATH path)
  set(${var} ${dt_size_${path}} PARENT_SCOPE)
endfunction()
