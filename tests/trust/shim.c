/* Preloaded into a process: counts the calls by which it changes files below $SHIM_ROOT, notes each in $SHIM_LOG, and at
   number $SHIM_AT kills the process ($SHIM_ERROR is 0) or lets the call fail once with the error number $SHIM_ERROR. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long count;

/* Whether the call must fail; errno is then set. */
static int fails(const char *call, const char *path) {
    const char *root = getenv("SHIM_ROOT");
    if (!root || !path || strncmp(path, root, strlen(root)) != 0) return 0;
    long number = ++count;
    const char *log = getenv("SHIM_LOG");
    if (log) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%s %s\n", call, path + strlen(root));
        int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (syscall(SYS_write, file, line, (size_t)length) < 0) abort();
        syscall(SYS_close, file);
    }
    const char *at = getenv("SHIM_AT"), *error = getenv("SHIM_ERROR");
    if (!at || number != atol(at)) return 0;
    errno = error ? atoi(error) : 0;
    if (errno == 0) syscall(SYS_kill, getpid(), SIGKILL);
    return 1;
}

/* The same, for an open file or a path below an open folder. */
static int fails_at(const char *call, int file, const char *name) {
    char link[64], path[2 * PATH_MAX];
    if (name && name[0] == '/') return fails(call, name);
    if (file == AT_FDCWD) return 0; /* The tests name files by whole paths. */
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length < 0) return 0;
    path[length] = 0;
    if (name) snprintf(path + length, sizeof path - (size_t)length, "/%s", name);
    return fails(call, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CHANGES(flags) ((flags) & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR))
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return CHANGES(flags) && fails("open", path) ? -1 : NEXT(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags)
    return CHANGES(flags) && fails("open", path) ? -1 : NEXT(open64)(path, flags, mode);
}
ssize_t write(int file, const void *bytes, size_t length) {
    return file > 2 && fails_at("write", file, NULL) ? -1 : NEXT(write)(file, bytes, length);
}
int fsync(int file) { return fails_at("fsync", file, NULL) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return fails_at("fdatasync", file, NULL) ? -1 : NEXT(fdatasync)(file); }
int ftruncate64(int file, off64_t length) {
    return fails_at("truncate", file, NULL) ? -1 : NEXT(ftruncate64)(file, length);
}
int rename(const char *from, const char *to) { return fails("rename", to) ? -1 : NEXT(rename)(from, to); }
int unlink(const char *path) { return fails("unlink", path) ? -1 : NEXT(unlink)(path); }
int rmdir(const char *path) { return fails("rmdir", path) ? -1 : NEXT(rmdir)(path); }
int unlinkat(int folder, const char *name, int flags) {
    return fails_at("unlink", folder, name) ? -1 : NEXT(unlinkat)(folder, name, flags);
}
int mkdir(const char *path, mode_t mode) { return fails("mkdir", path) ? -1 : NEXT(mkdir)(path, mode); }
