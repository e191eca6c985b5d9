# Warnings, sanitizers and optimisation, the same for every target.
add_compile_options(
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    -Wvla -Wformat=2 -Wundef -Wcast-qual -Wswitch-enum
    $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation> # messages are cut to fit on purpose
    -fno-common -fstack-protector-strong)
add_compile_definitions(_GNU_SOURCE PT_VERSION="${PROJECT_VERSION}")
if(PT_WERROR)
    add_compile_options(-Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
# Asserts guard our own mistakes and stay in the release. -O3 is 3 % less for the whole analysis.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O3 -g")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
if(PT_SANITIZE)
    add_compile_options(-fsanitize=${PT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${PT_SANITIZE})
endif()
if(PT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(WIN32)
    add_compile_options(-Wno-float-conversion) # isfinite() is a macro over float there
    link_libraries(ssp) # of -fstack-protector-strong
    add_compile_definitions(__USE_MINGW_ANSI_STDIO=1 WINVER=0x0A00 _WIN32_WINNT=0x0A00)
else()
    add_link_options(-Wl,-z,relro,-z,now)
endif()
