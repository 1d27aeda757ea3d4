/* poison.c - what MemorySanitizer has to be told for uninitialised.sh, which
 * links the tests of pictures with this file: the memory that stb_image gets
 * from us is zeroed, which would hide all that it forgets to set, so here it
 * counts as unset; and every pixel of a picture that is accepted is looked at.
 * zlib and Check are not instrumented; what they wrote counts as set. */
#include "base/mem.h"

#include <ramp/image.h>
#include <sanitizer/msan_interface.h>
#include <stdio.h>
#include <zlib.h>

/* image.c is compiled with -Dmem_alloc=unset_alloc. */
void *unset_alloc(size_t n, size_t size);

void *unset_alloc(size_t n, size_t size)
{
    void *block = mem_alloc(n, size);
    if (block != NULL)
        __msan_allocated_memory(block, n * size);
    return block;
}

/* The linker's --wrap=NAME: calls of NAME come here, __real_NAME is NAME. */
enum ramp_status __real_ramp_image_decode(struct ramp_image *image,
                                          const void *bytes, size_t n_bytes,
                                          const char *name,
                                          struct ramp_error *err);
enum ramp_status __wrap_ramp_image_decode(struct ramp_image *image,
                                          const void *bytes, size_t n_bytes,
                                          const char *name,
                                          struct ramp_error *err);
size_t __real_fwrite(const void *bytes, size_t size, size_t n, FILE *file);
size_t __wrap_fwrite(const void *bytes, size_t size, size_t n, FILE *file);
int __real_compress2(Bytef *to, uLongf *n_to, const Bytef *from, uLong n_from,
                     int level);
int __wrap_compress2(Bytef *to, uLongf *n_to, const Bytef *from, uLong n_from,
                     int level);

enum ramp_status __wrap_ramp_image_decode(struct ramp_image *image,
                                          const void *bytes, size_t n_bytes,
                                          const char *name,
                                          struct ramp_error *err)
{
    __msan_unpoison(bytes, n_bytes);
    enum ramp_status status =
        __real_ramp_image_decode(image, bytes, n_bytes, name, err);
    __msan_check_mem_is_initialized(image, sizeof *image);
    if (status == RAMP_OK)
        __msan_check_mem_is_initialized(
            image->pixels, (size_t)image->width * (size_t)image->height *
                               (size_t)image->channels);
    return status;
}

size_t __wrap_fwrite(const void *bytes, size_t size, size_t n, FILE *file)
{
    __msan_unpoison(bytes, size * n);
    return __real_fwrite(bytes, size, n, file);
}

int __wrap_compress2(Bytef *to, uLongf *n_to, const Bytef *from, uLong n_from,
                     int level)
{
    int answer = __real_compress2(to, n_to, from, n_from, level);
    __msan_unpoison(to, *n_to);
    return answer;
}

#ifdef FUZZED /* with libFuzzer, which is not instrumented either */
size_t __real_LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes,
                               size_t max_bytes);
size_t __wrap_LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes,
                               size_t max_bytes);

size_t __wrap_LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes, size_t max_bytes)
{
    n_bytes = __real_LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    __msan_unpoison(bytes, n_bytes);
    return n_bytes;
}
#endif
