// The floors: what the same work costs in C with nothing around it.
//
//   floor nothing
//   floor stop DIR            one record, file and directory synced, then a line: the least a durable stop can be
//   floor replace DIR         a durable replace, then a line: what a careful program does without a stop file
//   floor append DIR BYTES    appends so many bytes to DIR/log.jsonl and syncs them, then a line
//   floor gate DIR [PATH...]  looks for DIR/EMERGENCY_STOP and at the stat:PATHs, reads the read:PATHs
//   floor serve DIR BYTES     one durable replace for every byte on stdin; answers with its nanoseconds
//   floor contend DIR N UPDATES   N processes that each replace a file of their own in DIR, all at once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RECORD_BYTES = 300, HEARTBEAT_BYTES = 350, DOCUMENT_BYTES = 900, READ_BYTES = 65536 };

static char buffer[READ_BYTES];

static int say(const char *line) { return write(1, line, strlen(line)) < 0; }

static int stop(int directory) {
    int file = openat(directory, "EMERGENCY_STOP", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) return 73;
    if (write(file, buffer, RECORD_BYTES) != RECORD_BYTES || fsync(file) || fsync(directory)) return 74;
    return say("HALTED by the floor\n");
}

static int replace(int directory, const char *name, size_t size_bytes) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".%s.tmp", name);
    int file = openat(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return 73;
    if (write(file, buffer, size_bytes) != (ssize_t)size_bytes || fsync(file)) return 74;
    close(file);
    return renameat(directory, temporary, directory, name) || fsync(directory) ? 74 : 0;
}

static int append(int directory, size_t size_bytes) {
    int file = openat(directory, "log.jsonl", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return 73;
    if (size_bytes) buffer[size_bytes - 1] = '\n';
    if (write(file, buffer, size_bytes) != (ssize_t)size_bytes || fdatasync(file)) return 74;
    return say("RECORDED by the floor\n");
}

static int absent(int directory, const char *path) {
    struct stat stat;
    return fstatat(directory, path, &stat, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
}

static void read_whole(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    if (read(file, buffer, READ_BYTES) < 0) _exit(3);
    close(file);
}

static int gate(int directory, int count, char **paths) {
    if (!absent(directory, "EMERGENCY_STOP")) return 1;
    for (int i = 0; i < count; i++) {
        if (!strncmp(paths[i], "stat:", 5)) absent(AT_FDCWD, paths[i] + 5);
        if (!strncmp(paths[i], "read:", 5)) read_whole(paths[i] + 5);
    }
    return 0;
}

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static int serve(int directory, size_t size_bytes) {
    char ask;
    while (read(0, &ask, 1) == 1) {
        int64_t from_ns = now_ns();
        if (replace(directory, "document.json", size_bytes)) return 74;
        int64_t took_ns = now_ns() - from_ns;
        if (write(1, &took_ns, sizeof took_ns) != sizeof took_ns) return 74;
    }
    return 0;
}

static int contend(int directory, int processes, int updates) {
    char name[32], byte;
    int start[2], failed = 0, status;
    if (pipe(start)) return 70;
    for (int i = 0; i < processes; i++) {
        snprintf(name, sizeof name, "bot-%d.json", i);
        if (replace(directory, name, HEARTBEAT_BYTES)) return 74;
        if (fork()) continue;
        close(start[1]);
        if (read(start[0], &byte, 1) < 0) _exit(70);
        for (int j = 0; j < updates; j++)
            if (replace(directory, name, HEARTBEAT_BYTES)) _exit(74);
        _exit(0);
    }
    int64_t from_ns = now_ns();
    close(start[1]);
    while (wait(&status) > 0) failed |= status;
    printf("updates_per_s %.0f\n", processes * updates / ((now_ns() - from_ns) / 1e9));
    return failed ? 74 : 0;
}

int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "nothing")) return 0;
    if (count < 3) return 64;
    const char *mode = words[1];
    int directory = open(words[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return 66;
    memset(buffer, 'x', sizeof buffer);
    if (!strcmp(mode, "stop")) return stop(directory);
    if (!strcmp(mode, "replace")) {
        int failed = replace(directory, "killswitch.json", DOCUMENT_BYTES);
        return failed ? failed : say("HALTED by a replace\n");
    }
    if (!strcmp(mode, "append") && count == 4) return append(directory, strtoul(words[3], NULL, 10) % READ_BYTES);
    if (!strcmp(mode, "gate")) return gate(directory, count - 3, words + 3);
    if (!strcmp(mode, "serve") && count == 4) return serve(directory, strtoul(words[3], NULL, 10) % READ_BYTES);
    if (!strcmp(mode, "contend") && count == 5) return contend(directory, atoi(words[3]), atoi(words[4]));
    return 64;
}
