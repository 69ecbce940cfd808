#include "step/temporary.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool temporary_name(char name[TEMPORARY_NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[12];
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, bytes, sizeof bytes);
    close(fd);
    if (size != (ssize_t)sizeof bytes)
        return false;
    char *to = name;
    to += sprintf(to, ".fake-");
    for (size_t i = 0; i < sizeof bytes; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    *to = '\0';
    return true;
}
