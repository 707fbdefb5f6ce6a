// read_all DIR: lists a directory and reads every file in it to its end: the least that anybody does who judges all of it.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static char bytes[1 << 16];
    long files = 0, total = 0, got;
    struct dirent *entry;
    int folder = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *listing = folder < 0 ? NULL : fdopendir(folder);
    if (!listing) return perror("read_all DIR"), 1;
    while ((entry = readdir(listing))) {
        if (entry->d_name[0] == '.') continue;
        int file = openat(folder, entry->d_name, O_RDONLY | O_CLOEXEC);
        if (file < 0) return perror(entry->d_name), 1;
        while ((got = read(file, bytes, sizeof bytes)) > 0) total += got;
        close(file);
        files++;
    }
    printf("%ld files, %ld bytes\n", files, total);
    return 0;
}
