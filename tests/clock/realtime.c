/* The real-time clock of a process and of all its children, moved by SHIFT_S seconds; built and preloaded by shim.py.
 *
 * Only CLOCK_REALTIME moves. The monotonic clocks stay as they are, so event loops, timeouts and measurements do not
 * notice, and so do the times of files, which the kernel writes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef SHIFT_S
#error "say by how many seconds: -DSHIFT_S=..."
#endif

_Static_assert(sizeof(time_t) == 8, "a moved clock of 32 bits would soon overflow");

/* The same function of the library behind us. Looking it up twice at once is harmless. */
#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* ---- who asks what time it is ---- */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    NEXT(clock_gettime);
    int failed = next(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += SHIFT_S;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    NEXT(gettimeofday);
    int failed = next(now, zone);
    if (!failed) now->tv_sec += SHIFT_S;
    return failed;
}

time_t time(time_t *stored)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (stored) *stored = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, now) ? base : 0;
}

/* ---- who waits until an instant: the kernel's clock has not moved ---- */

static struct timespec of_the_kernel(const struct timespec *until)
{
    struct timespec there = *until;
    there.tv_sec -= SHIFT_S;
    if (there.tv_sec < 0) there.tv_sec = 0;
    return there;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    NEXT(sem_timedwait);
    struct timespec there = of_the_kernel(until);
    return next(semaphore, &there);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    NEXT(pthread_mutex_timedlock);
    struct timespec there = of_the_kernel(until);
    return next(mutex, &there);
}

/* Only the condition knows by which clock it waits. No machine is up for thirty years, so what lies beyond that is not
 * an instant of the monotonic clock. */
enum { LONGEST_UPTIME_S = 1000000000 };

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    static __typeof__(&pthread_cond_timedwait) next;
#if defined(__GLIBC__) && defined(__x86_64__)
    /* An older glibc hands out the oldest of two incompatible versions here. */
    if (!next) next = (__typeof__(&pthread_cond_timedwait))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
#endif
    if (!next) next = (__typeof__(&pthread_cond_timedwait))dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    if (until->tv_sec < LONGEST_UPTIME_S) return next(condition, mutex, until);
    struct timespec there = of_the_kernel(until);
    return next(condition, mutex, &there);
}

/* ---- children that are given an environment of their own ---- */

#define PRELOAD "LD_PRELOAD="
static char preload[sizeof PRELOAD + PATH_MAX];

__attribute__((constructor)) static void learn_own_path(void)
{
    Dl_info self;
    if (dladdr((void *)learn_own_path, &self)) snprintf(preload, sizeof preload, PRELOAD "%s", self.dli_fname);
}

/* A child without LD_PRELOAD gets it; one that says what it wants, were it an empty LD_PRELOAD, keeps that. Called
 * between fork and exec, so it takes memory from nowhere but the stack. */
int execve(const char *path, char *const arguments[], char *const environment[])
{
    NEXT(execve);
    size_t count = 0;
    for (; environment && environment[count]; count++)
        if (!strncmp(environment[count], PRELOAD, strlen(PRELOAD))) return next(path, arguments, environment);
    char *with[count + 2];
    if (count) memcpy(with, environment, count * sizeof *with);
    with[count] = preload;
    with[count + 1] = NULL;
    return next(path, arguments, with);
}
