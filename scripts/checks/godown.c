// godown MOUNTPOINT: shuts an ext4 or XFS file system down without writing anything back: a power cut for what it caches.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SHUTDOWN _IOR('X', 125, uint32_t) // EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are the same number
#define NO_LOG_FLUSH 2

int main(int count, char **words) {
    uint32_t flags = NO_LOG_FLUSH;
    int directory = count == 2 ? open(words[1], O_RDONLY) : -1;
    if (directory < 0 || ioctl(directory, SHUTDOWN, &flags)) {
        perror("godown");
        return 1;
    }
    return 0;
}
