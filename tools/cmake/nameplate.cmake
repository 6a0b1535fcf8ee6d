# SPDX-License-Identifier: MIT
# Nameplate for CMake:
#
#     find_package(nameplate REQUIRED)             # or include(.../nameplate.cmake)
#     nameplate_add_upload(app BOARD board/st_nucleo_l1.cfg CHIP stm32l152re SERIAL 42)
#
# or, with nothing installed, FetchContent with SOURCE_SUBDIR tools/cmake in place of the first line,
# and then `cmake --build build --target upload`, or `SERIAL=43 cmake --build build --target upload`.
#
# nameplate_add_upload(TARGET BOARD FILE... [CHIP NAME] [REGION BASE SIZE]
#                      [SERIAL NUMBER] [VARS NAME=VALUE...] [VERIFY | EXPECT LINE] [KEEP] [OPENOCD PROGRAM] [OPENOCD_FLAGS WORD...])
#     TARGET   an executable: gets the reader (#include <nameplate.h>), and the linker keeps it out of the reserved flash
#     BOARD    files for OpenOCD's -f
#     CHIP     the part (nameplate --list-chips), for its default region and, where its flash has ECC, the handler
#     REGION   any other reserved flash: first address and bytes, whole pages; with CHIP or without
#     SERIAL   the serial number; the environment's SERIAL goes first
#     VARS     values; the environment's VARS, a list of Tcl's, goes first
#     VERIFY   the firmware itself has to report the values
#     EXPECT   the firmware has to print this line, instead
#     KEEP     leave a serial number alone that the device has already
# It adds the targets upload-TARGET, nameplate-TARGET (the values without the firmware), nameplate-list-TARGET and
# nameplate-erase-TARGET, and for the first TARGET the same names without it: upload, nameplate, nameplate-list, nameplate-erase.

cmake_minimum_required(VERSION 3.13)
include_guard(GLOBAL)

# In a checkout, or as installed: PREFIX/lib/cmake/nameplate.
get_filename_component(_nameplate_home "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
if(EXISTS "${_nameplate_home}/openocd/nameplate.tcl")
    set(_nameplate_tcl "${_nameplate_home}/openocd/nameplate.tcl")
    set(_nameplate_job "${_nameplate_home}/tools/make/upload.tcl")
    set(_nameplate_reader "${_nameplate_home}/firmware")
    set(_nameplate_linker "${_nameplate_home}/firmware/linker")
    set(_nameplate_tool "${_nameplate_home}/build/nameplate")
    # The linker's script comes from the tool. In a fresh clone it is not built yet; CC and its flags are the device's here.
    if(NOT EXISTS "${_nameplate_tool}")
        execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=CC --unset=CFLAGS --unset=CPPFLAGS --unset=LDFLAGS --unset=MAKEFLAGS
            make -s tool WORKING_DIRECTORY "${_nameplate_home}" OUTPUT_QUIET ERROR_VARIABLE _nameplate_wrong RESULT_VARIABLE _nameplate_status)
        if(NOT _nameplate_status EQUAL 0)
            string(STRIP "${_nameplate_wrong}" _nameplate_wrong)
            message(FATAL_ERROR "nameplate: `make tool` in ${_nameplate_home} failed (${_nameplate_status}): ${_nameplate_wrong}")
        endif()
    endif()
else()
    get_filename_component(_nameplate_home "${_nameplate_home}/../share" ABSOLUTE)
    set(_nameplate_tcl "${_nameplate_home}/openocd/site/nameplate.tcl")
    set(_nameplate_job "${_nameplate_home}/nameplate/make/upload.tcl")
    set(_nameplate_reader "${_nameplate_home}/nameplate/firmware")
    set(_nameplate_linker "${_nameplate_home}/nameplate/linker")
    get_filename_component(_nameplate_tool "${_nameplate_home}/../bin/nameplate" ABSOLUTE)
endif()
foreach(_name tcl job reader linker tool)
    set_property(GLOBAL PROPERTY nameplate_${_name} "${_nameplate_${_name}}")
endforeach()

# The reader's sources go into the executable, to be compiled with its own flags.
if(NOT TARGET nameplate::reader)
    file(GLOB _nameplate_sources "${_nameplate_reader}/nameplate*.c")
    add_library(nameplate::reader INTERFACE IMPORTED GLOBAL)
    set_target_properties(nameplate::reader PROPERTIES
        INTERFACE_SOURCES "${_nameplate_sources}"
        INTERFACE_INCLUDE_DIRECTORIES "${_nameplate_reader}")
endif()

# The linker keeps the firmware out of the reserved flash, tells the reader where that is, and on flash with ECC puts in the
# handler: the tool knows each part.
function(_nameplate_reserve target chip region)
    get_property(folder GLOBAL PROPERTY nameplate_linker)
    get_property(tool GLOBAL PROPERTY nameplate_tool)
    set(place)
    if(chip)
        list(APPEND place --chip "${chip}")
    endif()
    if(region)
        list(GET region 0 base)
        list(GET region 1 size)
        list(APPEND place --base "${base}" --size "${size}")
    endif()
    execute_process(COMMAND "${tool}" region ${place} --ld OUTPUT_VARIABLE script ERROR_VARIABLE wrong RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        string(STRIP "${wrong}" wrong)
        message(FATAL_ERROR "nameplate_add_upload: ${wrong} (${tool}: ${status})")
    endif()
    set(file "${CMAKE_CURRENT_BINARY_DIR}/nameplate-${target}.ld")
    file(GENERATE OUTPUT "${file}" CONTENT "${script}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${tool}")
    # The reader's guarded loads: nameplate_ecc.h.
    if(script MATCHES "nameplate-guarded.ld")
        target_compile_definitions(${target} PRIVATE NAMEPLATE_GUARDED_LOADS)
    endif()
    target_link_options(${target} PRIVATE "-L${folder}" "-L${CMAKE_CURRENT_BINARY_DIR}")
    # A second script: after the target's own -T, whose symbols it looks at, and options come before libraries. By its name, found
    # through -L: CMake puts a path with a space into quotes among the options only.
    target_link_libraries(${target} PRIVATE "-Tnameplate-${target}.ld")
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${file}")
    # What the linker cannot be asked: sections of any name.
    add_custom_command(TARGET ${target} POST_BUILD COMMAND "${tool}" region ${place} --check "$<TARGET_FILE:${target}>" VERBATIM)
endfunction()

# One target that runs OpenOCD, under its full name and perhaps the short one.
function(_nameplate_task short target command)
    add_custom_target(${short}-${target}
        COMMAND ${CMAKE_COMMAND} -E env ${NAMEPLATE_ENVIRONMENT} ${NAMEPLATE_OPENOCD} -c "${command}"
        USES_TERMINAL VERBATIM COMMENT "Nameplate: ${short} ${target}")
    if(NAMEPLATE_FIRST)
        add_custom_target(${short})
        add_dependencies(${short} ${short}-${target})
    endif()
endfunction()

function(nameplate_add_upload target)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "VERIFY;KEEP" "CHIP;SERIAL;EXPECT;OPENOCD" "BOARD;REGION;VARS;OPENOCD_FLAGS")
    list(LENGTH ARG_REGION words)
    # After a list, a word that is misspelt, or that has no value, would be a part of the list.
    foreach(word IN LISTS ARG_BOARD ARG_REGION ARG_VARS)
        if(word MATCHES "^[A-Z_]+$")
            list(APPEND ARG_UNPARSED_ARGUMENTS ${word})
        endif()
    endforeach()
    list(REMOVE_ITEM ARG_KEYWORDS_MISSING_VALUES BOARD REGION VARS OPENOCD_FLAGS)
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "nameplate_add_upload does not know ${ARG_UNPARSED_ARGUMENTS}: after the target come"
            " BOARD, CHIP, REGION, SERIAL, VARS, VERIFY, EXPECT, KEEP, OPENOCD, OPENOCD_FLAGS")
    elseif(ARG_KEYWORDS_MISSING_VALUES)
        message(FATAL_ERROR "nameplate_add_upload: ${ARG_KEYWORDS_MISSING_VALUES} has no value: give one, or \"\" for none")
    elseif(NOT ARG_BOARD)
        message(FATAL_ERROR "nameplate_add_upload needs BOARD: OpenOCD's file for the board")
    elseif(NOT (ARG_CHIP OR ARG_REGION) OR (ARG_REGION AND NOT words EQUAL 2))
        message(FATAL_ERROR "nameplate_add_upload needs CHIP NAME or REGION BASE SIZE")
    endif()
    target_link_libraries(${target} PRIVATE nameplate::reader)
    _nameplate_reserve(${target} "${ARG_CHIP}" "${ARG_REGION}")

    get_property(tcl GLOBAL PROPERTY nameplate_tcl)
    get_property(job GLOBAL PROPERTY nameplate_job)
    set(NAMEPLATE_OPENOCD openocd)
    if(ARG_OPENOCD)
        set(NAMEPLATE_OPENOCD "${ARG_OPENOCD}")
    endif()
    list(APPEND NAMEPLATE_OPENOCD ${ARG_OPENOCD_FLAGS})
    foreach(file IN LISTS ARG_BOARD)
        list(APPEND NAMEPLATE_OPENOCD -f "${file}")
    endforeach()
    list(APPEND NAMEPLATE_OPENOCD -f "${tcl}" -f "${job}")

    set(NAMEPLATE_FIRST TRUE)
    if(TARGET upload)
        set(NAMEPLATE_FIRST FALSE)
    endif()
    set(words noverify)
    if(ARG_VERIFY)
        set(words verify)
    endif()
    if(ARG_EXPECT)
        set(words "expect {${ARG_EXPECT}}")
    endif()
    set(keep)
    if(ARG_KEEP)
        set(keep " keep")
    endif()
    # VARS as a list of Tcl's: each in braces, which the values must not hold.
    set(vars)
    foreach(var IN LISTS ARG_VARS)
        string(APPEND vars "{${var}} ")
    endforeach()
    set(region)
    if(ARG_REGION)
        list(GET ARG_REGION 0 base)
        list(GET ARG_REGION 1 size)
        set(region NAMEPLATE_BASE=${base} NAMEPLATE_SIZE=${size})
    endif()
    set(values ${region} "NAMEPLATE_SERIAL=${ARG_SERIAL}" "NAMEPLATE_VARS=${vars}")

    set(NAMEPLATE_ENVIRONMENT ${values} "NAMEPLATE_WORDS=${words}${keep}" "NAMEPLATE_FIRMWARE=$<TARGET_FILE:${target}>")
    _nameplate_task(upload ${target} "{*}[_np_make_job]")
    add_dependencies(upload-${target} ${target})
    set(NAMEPLATE_ENVIRONMENT ${values} "NAMEPLATE_WORDS=noverify${keep}")
    _nameplate_task(nameplate ${target} "{*}[_np_make_job]")
    set(NAMEPLATE_ENVIRONMENT ${region})
    _nameplate_task(nameplate-list ${target} "{*}[_np_make_job nameplate list]")
    _nameplate_task(nameplate-erase ${target} "{*}[_np_make_job nameplate erase]")
endfunction()
