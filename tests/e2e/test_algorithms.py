"""The algorithms of the user's ssh configuration hold for libssh2, too: what they leave out is not negotiated."""
import re

from harness import check, contains, lacks
from test_reach import Server, deploy


def negotiated(server):
    """What the server says it agreed on in its last connection."""
    log = server.log()
    ways = re.findall(r'kex: client->server cipher: (\S+) MAC: (\S+) compression: (\S+)', log)
    return (re.findall(r'kex: algorithm: (\S+)', log)[-1], re.findall(r'kex: host key algorithm: (\S+)', log)[-1],
            *ways[-1])


def test_what_is_configured_is_negotiated(world):
    server = Server(world, host_keys=('ed25519', 'ecdsa'), log='DEBUG1')
    config = server.ssh / 'config'
    usual = ('curve25519-sha256', 'ssh-ed25519', 'aes128-ctr', 'hmac-sha2-256', 'none')
    cases = (
        (None, usual),
        ('User nobody\n', usual),  # of another host
        ('Ciphers aes256-ctr,aes128-ctr\n', usual[:2] + ('aes256-ctr',) + usual[3:]),
        ('Ciphers -aes128*,aes256*\n', usual[:2] + ('aes192-ctr',) + usual[3:]),
        ('MACs ^hmac-sha2-512\n', usual[:3] + ('hmac-sha2-512', 'none')),
        ('KexAlgorithms -*25519*,*nistp256\n', ('ecdh-sha2-nistp384',) + usual[1:]),
        ('HostKeyAlgorithms ecdsa-sha2-nistp256\n', (usual[0], 'ecdsa-sha2-nistp256') + usual[2:]),
        ('Compression yes\n', usual[:4] + ('zlib@openssh.com',)),
    )
    for text, expected in cases:
        if text:
            place = f'Host {"other" if text.startswith("User") else server.addresses[0]}'
            config.write_text(f'{place}\n  {text}')
        result = deploy(world, server, more='ssh_transport = ssh\n')
        lacks(result, 'uses the ssh program')
        check(negotiated(server) == expected, f'{text!r}: {negotiated(server)}')


def test_what_libssh2_lacks(world):
    """Nothing that is allowed is known to libssh2, or to libssh2 and the server: the ssh program does it."""
    server = Server(world, 'Ciphers aes128-ctr,aes256-gcm@openssh.com', log='DEBUG1')
    config = server.ssh / 'config'
    for text, reason in (
            ('Ciphers -aes*-ctr', r'Ciphers \S*aes256-gcm@openssh.com\S* is more than libssh2 can do'),
            ('Ciphers aes192-ctr,aes256-gcm@openssh.com', 'of Ciphers it offers aes128-ctr,aes256-gcm@openssh.com')):
        config.write_text(f'Host *\n  {text}\n')
        result = deploy(world, server)
        check(re.search(f'uses the ssh program: .*{reason}', result.all), f'{text}: {result!r}')
        check(negotiated(server)[2] == 'aes256-gcm@openssh.com', f'{text}: {negotiated(server)}')
        contains(world.fake('deploy', 'ssh_transport=ssh', code=3), 'ssh_transport = openssh')


def test_nothing_in_common(world):
    """ssh would fail, too: it is not tried, and both lists are told. A name that nobody knows, ssh tells."""
    server = Server(world, 'Ciphers aes128-ctr,aes192-ctr')
    config = server.ssh / 'config'
    config.write_text('Ciphers aes256-ctr\n')
    server.fakefile('deploy @:\n    run true\n')
    result = world.fake('deploy', code=3)
    contains(result, 'the server has none of the Ciphers aes256-ctr: it offers aes128-ctr,aes192-ctr',
             f'`ssh -G {server.addresses[0]}`')
    lacks(result, 'uses the ssh program')
    config.write_text('Ciphers aes257-ctr\n')
    contains(world.fake('deploy', code=3), 'cannot read the ssh configuration: ', "Bad SSH2 cipher spec 'aes257-ctr'")


def test_keys_that_are_left_out(world):
    server = Server(world)
    (server.ssh / 'config').write_text('PubkeyAcceptedAlgorithms -ssh-ed25519\n')
    server.fakefile('deploy @:\n    run true\n')
    contains(world.fake('deploy', code=3), 'id_ed25519 is of a type that PubkeyAcceptedAlgorithms leaves out')


def test_the_program_has_nothing_in_common(world):
    """At the level of its log that a run is made with, ssh does not say so: the command that does is told."""
    server = Server(world)
    (server.ssh / 'config').write_text('HostKeyAlgorithms rsa-sha2-512\n')
    server.fakefile('deploy @:\n    run true\n')
    contains(world.fake('deploy', code=3), 'uses the ssh program: HostKeyAlgorithms rsa-sha2-512 is more',
             f'`ssh -p {server.port} {server.addresses[0]} true` by hand')
