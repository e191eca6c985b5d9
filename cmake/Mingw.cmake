# Windows programs by mingw-w64, with the libraries that apps/desktop/windows/libraries has built.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix) # with winpthreads
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(PT_WIN_LIBRARIES ${CMAKE_CURRENT_LIST_DIR}/../build/win-libraries)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${PT_WIN_LIBRARIES})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${PT_WIN_LIBRARIES}/lib/pkgconfig)
