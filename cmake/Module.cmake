# pt_module(NAME [USES modules...] [LIBS libraries...] [EXCLUDE files...])
#
# One folder, one static library. A module sees the headers of what it USES (and of what those use)
# and no other: each module publishes its folder under an include root of its own, so a wrong
# include does not compile. A module that is not declared yet cannot be used, so dependencies
# point one way. Every *_test.c beside the code becomes a test of its own, linked with
# tests/support.
function(pt_module name)
    cmake_parse_arguments(M "" "" "USES;LIBS;PRIVATE_LIBS;EXCLUDE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c
        ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_test\\.c$")
    list(FILTER sources EXCLUDE REGEX "_test\\.c$")
    foreach(file IN LISTS M_EXCLUDE) # what another platform lacks
        list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endforeach()
    set(root ${CMAKE_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
    foreach(used IN LISTS M_USES)
        if(NOT TARGET ${used})
            message(FATAL_ERROR "${name} uses ${used}, which does not stand above it")
        endif()
    endforeach()
    if(sources)
        add_library(${name} STATIC ${sources})
        target_include_directories(${name} PUBLIC ${root})
        target_link_libraries(${name} PUBLIC ${M_USES} ${M_LIBS} PRIVATE ${M_PRIVATE_LIBS} m)
    else() # headers only
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${root})
        target_link_libraries(${name} INTERFACE ${M_USES} ${M_LIBS})
    endif()
    if(BUILD_TESTING)
        foreach(test IN LISTS tests)
            get_filename_component(stem ${test} NAME_WE)
            set(target ${name}_${stem})
            add_executable(${target} ${test})
            target_link_libraries(${target} PRIVATE ${name} test_support ${M_PRIVATE_LIBS})
            add_test(NAME ${name}/${stem} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
            set_tests_properties(${name}/${stem} PROPERTIES TIMEOUT 600
                ENVIRONMENT "PT_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
        endforeach()
    endif()
endfunction()
