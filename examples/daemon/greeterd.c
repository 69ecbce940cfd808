/* greeterd PORT [ADDRESS]: answers each connection with one line. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

    if (argc < 2) {
        fputs("usage: greeterd PORT [ADDRESS]\n", stderr);
        return 2;
    }
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    if (inet_pton(AF_INET, argc > 2 ? argv[2] : "0.0.0.0", &address.sin_addr) != 1)
        return 2;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) {
        perror("greeterd");
        return 1;
    }
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (write(connection, answer(), strlen(answer())) < 0)
            perror("greeterd");
        close(connection);
    }
}
