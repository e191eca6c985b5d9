# Libraries from Debian, each as one imported target whose headers are SYSTEM.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
# pt_libraries("NAME PACKAGE"...): lib::NAME from pkg-config.
macro(pt_libraries)
    foreach(entry ${ARGN})
        separate_arguments(pair UNIX_COMMAND "${entry}")
        list(GET pair 0 name)
        list(GET pair 1 package)
        pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${package})
        add_library(lib::${name} ALIAS PkgConfig::${name})
    endforeach()
endmacro()

pt_libraries("jansson jansson" "sodium libsodium")
if(PT_SERVER)
    pt_libraries("sqlite3 sqlite3" "microhttpd libmicrohttpd"
        "avformat libavformat" "avcodec libavcodec" "avutil libavutil" "swscale libswscale"
        "swresample libswresample" "seccomp libseccomp" "nettle nettle" "zlib zlib"
        "tesseract tesseract" "kissfft kissfft-float" "archive libarchive" "zxing zxing" "cairo cairo"
        "pangocairo pangocairo")
    add_library(lib_dnnl INTERFACE) # Debian's libdnnl-dev has no .pc file
    target_link_libraries(lib_dnnl INTERFACE dnnl gomp)
    add_library(lib::dnnl ALIAS lib_dnnl)
    file(GLOB tessdata_folders /usr/share/tesseract-ocr/*/tessdata) # Debian's tesseract-ocr-eng
    find_path(PT_TESSDATA eng.traineddata PATHS ${tessdata_folders} NO_DEFAULT_PATH
        DOC "Folder of tesseract's models, for when there is none among ours")
    if(NOT PT_TESSDATA)
        message(FATAL_ERROR "no eng.traineddata: is the package tesseract-ocr-eng installed?")
    endif()
endif()
if(PT_DESKTOP)
    pt_libraries("vpx vpx")
    if(NOT WIN32)
        pt_libraries("gtk gtk4" "x11 x11" "xrandr xrandr" "xext xext" "xi xi" "pulse libpulse"
            "curl libcurl")
        # One file is downloaded: what is small and not on every desktop goes into it.
        if(NOT BUILD_TESTING)
            foreach(small vpx sodium jansson)
                set_property(TARGET PkgConfig::${small} PROPERTY INTERFACE_LINK_LIBRARIES -l:lib${small}.a m)
            endforeach()
        endif()
    endif()
endif()
if(BUILD_TESTING)
    pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
    add_library(lib::cmocka ALIAS PkgConfig::cmocka)
endif()
