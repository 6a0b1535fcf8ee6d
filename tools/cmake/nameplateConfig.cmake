# SPDX-License-Identifier: MIT
# find_package(nameplate): the reader as nameplate::reader, and nameplate_add_upload().
include("${CMAKE_CURRENT_LIST_DIR}/nameplate.cmake")
