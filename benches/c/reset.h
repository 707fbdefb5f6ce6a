// Brings a state directory back to what a snapshot of it holds, durably, so that every timed run starts from the same state.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *doing, const char *path) {
    fprintf(stderr, "%s %s: %s\n", doing, path, strerror(errno));
    exit(70);
}

static void join_path(char out[PATH_MAX], const char *directory, const char *name) {
    if (snprintf(out, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        fail("join", directory);
    }
}

// Reads at most one byte more than `limit_bytes`, so that a longer file never looks equal.
static ssize_t read_file(const char *path, char *out, size_t limit_bytes) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return -1;
    size_t held = 0;
    ssize_t got;
    while (held <= limit_bytes && (got = read(file, out + held, limit_bytes + 1 - held)) > 0) held += got;
    close(file);
    return held;
}

static void sync_path(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fsync(file)) fail("sync", path);
    close(file);
}

// Leaves an unchanged file alone: a lock file that somebody holds must keep its inode. Returns whether it wrote.
static int restore_file(const char *from, const char *to, const struct stat *stat) {
    char *want = malloc(stat->st_size + 2), *have = malloc(stat->st_size + 2);
    if (!want || !have || read_file(from, want, stat->st_size) != stat->st_size) fail("read", from);
    int same = read_file(to, have, stat->st_size) == stat->st_size && !memcmp(want, have, stat->st_size);
    if (!same) {
        unlink(to);
        int file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, stat->st_mode & 07777);
        if (file < 0 || write(file, want, stat->st_size) != stat->st_size || fsync(file)) fail("restore", to);
        close(file);
    }
    free(want);
    free(have);
    return !same;
}

static int is_dots(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

static int remove_strangers(const char *state, const char *snapshot) {
    char mine[PATH_MAX], theirs[PATH_MAX];
    struct stat stat;
    int removed = 0;
    DIR *directory = opendir(state);
    if (!directory) fail("open", state);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (is_dots(entry->d_name)) continue;
        join_path(mine, state, entry->d_name);
        join_path(theirs, snapshot, entry->d_name);
        if (!lstat(theirs, &stat)) continue;
        if (entry->d_type == DT_DIR) remove_strangers(mine, theirs);
        if (entry->d_type == DT_DIR ? rmdir(mine) : unlink(mine)) fail("remove", mine);
        removed = 1;
    }
    closedir(directory);
    return removed;
}

static void reset_directory(const char *state, const char *snapshot) {
    char mine[PATH_MAX], theirs[PATH_MAX];
    struct stat stat;
    int changed = remove_strangers(state, snapshot);
    DIR *directory = opendir(snapshot);
    if (!directory) fail("open", snapshot);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (is_dots(entry->d_name)) continue;
        join_path(mine, state, entry->d_name);
        join_path(theirs, snapshot, entry->d_name);
        if (lstat(theirs, &stat)) fail("look at", theirs);
        if (S_ISDIR(stat.st_mode)) {
            if (mkdir(mine, stat.st_mode & 07777) && errno != EEXIST) fail("make", mine);
            reset_directory(mine, theirs);
        } else {
            changed |= restore_file(theirs, mine, &stat);
        }
    }
    closedir(directory);
    if (changed) sync_path(state);
}
