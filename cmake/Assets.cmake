# pt_assets(TARGET FOLDER): puts every file below FOLDER into TARGET as the table of server/assets.h.
# A folder that is not there gives an empty table, and the server says so instead of showing pages.
function(pt_assets target folder)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
    set(work ${CMAKE_CURRENT_BINARY_DIR}/assets)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/assets.c)
    # The list is a file of its own, so that a page that was removed is noticed as well.
    string(REPLACE ";" "\n" list "${files}")
    file(CONFIGURE OUTPUT ${work}/files.txt CONTENT "${list}\n" @ONLY)
    add_custom_command(
        OUTPUT ${source}
        COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DWORK=${work} -DSOURCE=${source}
            -P ${CMAKE_SOURCE_DIR}/cmake/WriteAssets.cmake
        DEPENDS ${files} ${work}/files.txt ${CMAKE_SOURCE_DIR}/cmake/WriteAssets.cmake
        COMMENT "Embedding the web pages" VERBATIM)
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${files}")
    target_sources(${target} PRIVATE ${source})
endfunction()
