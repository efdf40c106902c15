# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# `cmake --build build --target docs-html`: the manual as a site, which opens from files without a server.
# pandoc converts the pages, and the manual pages after mandoc; pages.txt has the navigation.
set(html ${CMAKE_CURRENT_BINARY_DIR}/html)
set(tools ${CMAKE_CURRENT_LIST_DIR})
set(root ${PROJECT_SOURCE_DIR})
set(search ${html}/site/search-index.js)
install(CODE "
  if(EXISTS \"${search}\")
    file(INSTALL \"${html}/site/\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}/html\")
  endif()")

find_program(PANDOC pandoc)
find_program(MANDOC mandoc)
file(STRINGS ${tools}/pages.txt lines REGEX "^\t")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${tools}/pages.txt)
string(REGEX REPLACE "\t+([^\t;]+)\t+[^;]+" "\\1" sources "${lines}")

set(problem "")
file(GLOB found RELATIVE ${root} CONFIGURE_DEPENDS ${root}/docs/*.md ${root}/docs/man/*)
foreach(source ${found})
  if(NOT source IN_LIST sources)
    set(problem "${source} is in no group of docs/html/pages.txt")
  endif()
endforeach()
foreach(source ${sources})
  if(NOT EXISTS ${root}/${source})
    set(problem "docs/html/pages.txt: ${source} does not exist")
  endif()
endforeach()
if(NOT PANDOC OR NOT MANDOC)
  set(problem "the manual as HTML needs pandoc and mandoc (Debian, Fedora: packages pandoc and mandoc)")
endif()
if(problem)
  add_custom_target(docs-html COMMAND ${CMAKE_COMMAND} -E echo "docs-html: ${problem}"
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  return()
endif()

set(made "")
file(GLOB pictures CONFIGURE_DEPENDS ${root}/docs/*.svg ${root}/docs/*.png)
foreach(file ${tools}/page.css ${tools}/page.js ${pictures})
  get_filename_component(name ${file} NAME)
  add_custom_command(OUTPUT ${html}/site/${name}
    COMMAND ${CMAKE_COMMAND} -E copy ${file} ${html}/site/${name} DEPENDS ${file} VERBATIM)
  list(APPEND made ${html}/site/${name})
endforeach()

set(indexes "")
foreach(source ${sources})
  get_filename_component(name ${source} NAME)
  set(input ${root}/${source})
  set(from gfm)
  if(source MATCHES "^docs/man/")
    set(from manual.lua) # without a directory: pandoc 2 makes the path lower case
    if(name MATCHES "\\.in$")
      string(REGEX REPLACE "\\.in$" "" name ${name})
      set(input ${CMAKE_CURRENT_BINARY_DIR}/${name})
    endif()
  endif()
  string(REGEX REPLACE "\\.md$" "" name ${name})
  string(REGEX REPLACE "^README$" "index" name ${name})
  set(page ${html}/site/${name}.html)
  set(index ${html}/${name}.index)
  add_custom_command(OUTPUT ${page} ${index}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${html}/site
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C.UTF-8 MANDOC=${MANDOC} ${PANDOC} -f ${from} -t html5 --wrap=none --preserve-tabs
            --toc --toc-depth=3 --lua-filter=${tools}/page.lua
            --template=${tools}/page.html -V version=${PROJECT_VERSION}
            -M root=${root} -M source=${source} -M index=${index} -o ${page} ${input}
    DEPENDS ${input} ${tools}/page.html ${tools}/page.lua ${tools}/manual.lua ${tools}/pages.txt
    WORKING_DIRECTORY ${tools} VERBATIM)
  list(APPEND made ${page})
  list(APPEND indexes ${index})
endforeach()

add_custom_command(OUTPUT ${search}
  COMMAND ${CMAKE_COMMAND} "-DINPUTS=${indexes}" -DOUTPUT=${search} -P ${tools}/join.cmake
  DEPENDS ${indexes} ${tools}/join.cmake VERBATIM)
add_custom_target(docs-html DEPENDS ${made} ${search})
