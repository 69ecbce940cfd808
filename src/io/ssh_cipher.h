#ifndef FAKE_IO_SSH_CIPHER_H
#define FAKE_IO_SSH_CIPHER_H

/* libssh2 asks libcrypto for the cipher 16 bytes at a time, and each call costs more than the
 * cipher itself. From here on libcrypto answers for AES-128-CTR from a stream made 4 KiB at a time.
 * To be called before there is a second thread; where it cannot be done, all is as without it. */
void ssh_cipher_begin(void);

#endif
