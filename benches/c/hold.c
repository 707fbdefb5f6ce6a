// hold FILE...: takes an exclusive flock(2) on every file, says so, and stops itself: a process that hangs with the locks held.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        int file = open(words[i], O_RDONLY | O_CREAT, 0644);
        if (file < 0 || flock(file, LOCK_EX | LOCK_NB)) {
            perror(words[i]);
            return 1;
        }
    }
    puts("held");
    fflush(stdout);
    raise(SIGSTOP);
    return 0;
}
