/* flush.h - flush-to-zero while ramp computes, the caller's setting after.
 *
 * A gradient that decays into denormals makes every operation on it some
 * thirty times slower; zero is as good an answer. Set on entry of a public
 * call that computes and in each parallel region, restored on leaving. */
#ifndef BASE_FLUSH_H
#define BASE_FLUSH_H

struct flush {
    unsigned long saved;
};

#if defined(__x86_64__)
#include <xmmintrin.h>
static inline struct flush flush_on(void)
{
    struct flush flush = {_mm_getcsr()};
    _mm_setcsr((unsigned)flush.saved | 0x8040u); /* FTZ and DAZ */
    return flush;
}
static inline void flush_restore(struct flush flush)
{
    _mm_setcsr((unsigned)flush.saved);
}
#elif defined(__aarch64__)
static inline struct flush flush_on(void)
{
    struct flush flush;
    __asm__ volatile("mrs %0, fpcr" : "=r"(flush.saved));
    __asm__ volatile("msr fpcr, %0" ::"r"(flush.saved | 1ul << 24) : "memory");
    return flush;
}
static inline void flush_restore(struct flush flush)
{
    __asm__ volatile("msr fpcr, %0" ::"r"(flush.saved) : "memory");
}
#else
static inline struct flush flush_on(void)
{
    return (struct flush){0};
}
static inline void flush_restore(struct flush flush)
{
    (void)flush;
}
#endif

#endif
