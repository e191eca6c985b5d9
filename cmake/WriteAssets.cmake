# Writes SOURCE, a C file that embeds the files listed in WORK/files.txt (below FOLDER) by the
# assembler's .incbin, each also as gzip where that is smaller. Run by Assets.cmake.
find_program(GZIP gzip REQUIRED)
file(STRINGS ${WORK}/files.txt files)
list(SORT files)

set(types_.html "text/html; charset=utf-8")
set(types_.js "text/javascript; charset=utf-8")
set(types_.css "text/css; charset=utf-8")
set(types_.json "application/json")
set(types_.map "application/json")
set(types_.webmanifest "application/manifest+json")
set(types_.txt "text/plain; charset=utf-8")
set(types_.svg "image/svg+xml")
set(types_.png "image/png")
set(types_.jpg "image/jpeg")
set(types_.webp "image/webp")
set(types_.ico "image/x-icon")
set(types_.woff2 "font/woff2")
set(types_.wasm "application/wasm")

set(bytes "")
set(externs "")
set(rows "")
set(n 0)

# embed(NAME FILE): the bytes of FILE under the symbol NAME
macro(embed name file)
    string(APPEND bytes "        \".balign 16\\n.globl ${name}\\n.hidden ${name}\\n${name}:\\n\"\n"
                        "        \".incbin \\\"${file}\\\"\\n\"\n")
    string(APPEND externs "extern const char ${name}[];\n")
endmacro()

foreach(file IN LISTS files)
    file(RELATIVE_PATH path ${FOLDER} ${file})
    get_filename_component(extension ${path} LAST_EXT)
    if(NOT DEFINED types_${extension})
        message(FATAL_ERROR "${path}: files of this kind are not served (cmake/WriteAssets.cmake)")
    endif()
    file(SIZE ${file} size)
    file(SHA256 ${file} sha)
    embed(asset_${n} ${file})
    set(zipped "{NULL, 0}")
    execute_process(COMMAND ${GZIP} -9 -n -c ${file} OUTPUT_FILE ${WORK}/${n}.gz
                    COMMAND_ERROR_IS_FATAL ANY)
    file(SIZE ${WORK}/${n}.gz zipped_size)
    if(zipped_size LESS size)
        embed(asset_${n}_gz ${WORK}/${n}.gz)
        set(zipped "{asset_${n}_gz, ${zipped_size}}")
    endif()
    string(APPEND rows "    {\"/${path}\", \"${types_${extension}}\", \"\\\"${sha}\\\"\",\n"
                       "     {asset_${n}, ${size}}, ${zipped}},\n")
    math(EXPR n "${n} + 1")
endforeach()

set(text "/* Made by cmake/WriteAssets.cmake. */\n#include \"server/assets.h\"\n\n")
if(n GREATER 0)
    string(APPEND text "__asm__(\".pushsection .rodata\\n\"\n${bytes}        \".popsection\\n\");\n"
                       "${externs}\nconst struct asset assets[] = {\n${rows}};\n")
else()
    string(APPEND text "const struct asset assets[1];\n")
endif()
string(APPEND text "const size_t assets_len = ${n};\n")
file(WRITE ${SOURCE} "${text}")
