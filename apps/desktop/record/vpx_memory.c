/* libvpx's memory, by the linker's --wrap (CMakeLists.txt): a codec for 1280x720 asks for 22 MB of
 * room for tokens, of which a screen that hardly changes uses a fiftieth. Its own vpx_calloc()
 * writes zeros over all of it, and so makes the computer find pages for it; calloc() takes pages
 * that are zero already, and only those that are used become real. Where libvpx is a shared library
 * it keeps its own functions, and nothing of this is called. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* libvpx's names, in its vpx_mem.h, which is not installed.
 * NOLINTBEGIN(bugprone-reserved-identifier) */
void *__wrap_vpx_memalign(size_t align, size_t size);
void *__wrap_vpx_malloc(size_t size);
void *__wrap_vpx_calloc(size_t count, size_t size);
void __wrap_vpx_free(void *memory);
/* NOLINTEND(bugprone-reserved-identifier) */

#define ALIGN 32 /* what libvpx gives without being asked */

/* Where the block begins stands before what is given of it. */
static void *place(void *block, size_t align)
{
    if (!block)
        return NULL;
    uintptr_t at = ((uintptr_t)block + sizeof(void *) + align - 1) & ~(uintptr_t)(align - 1);
    ((void **)at)[-1] = block;
    return (void *)at;
}

static bool room_for(size_t size, size_t align, size_t *ret)
{
    return !__builtin_add_overflow(size, align + sizeof(void *), ret);
}

void *__wrap_vpx_memalign(size_t align, size_t size)
{
    size_t room;
    align = align < ALIGN ? ALIGN : align;
    return room_for(size, align, &room) ? place(malloc(room), align) : NULL;
}

void *__wrap_vpx_malloc(size_t size) { return __wrap_vpx_memalign(ALIGN, size); }

void *__wrap_vpx_calloc(size_t count, size_t size)
{
    size_t all, room;
    if (__builtin_mul_overflow(count, size, &all) || !room_for(all, ALIGN, &room))
        return NULL;
    return place(calloc(1, room), ALIGN);
}

void __wrap_vpx_free(void *memory)
{
    if (memory)
        free(((void **)memory)[-1]);
}
