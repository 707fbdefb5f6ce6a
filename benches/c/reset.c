// reset STATE SNAPSHOT: the reset of first_line as a program of its own, for hyperfine's --prepare.
#define _GNU_SOURCE
#include "reset.h"

int main(int count, char **words) {
    if (count != 3) return 64;
    reset_directory(words[1], words[2]);
    return 0;
}
