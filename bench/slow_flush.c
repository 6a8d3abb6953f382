/* A disk whose every flush takes MARZIPAN_BENCH_FLUSH_US microseconds: the real flush, then a sleep for the rest.
 * Preloaded into the server and into the bare loop alike, so that both meet the same slow disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int (*flush_call)(int);

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int slowly(const char *name, int fd) {
    flush_call real = (flush_call)dlsym(RTLD_NEXT, name);
    const char *wanted = getenv("MARZIPAN_BENCH_FLUSH_US");
    long long until = now_ns() + (wanted ? atoll(wanted) : 0) * 1000LL;
    int result = real(fd);
    int error = errno;
    struct timespec end = {until / 1000000000LL, until % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) {
    }
    errno = error;
    return result;
}

int fsync(int fd) { return slowly("fsync", fd); }

int fdatasync(int fd) { return slowly("fdatasync", fd); }
