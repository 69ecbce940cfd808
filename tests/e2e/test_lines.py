"""Lines that break, stall or go down, at any byte: a reason, nothing half done, and the next run is right."""
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from harness import FAKE, TOP, check, contains, processes_with, wait_until
from test_reach import Server

sys.path.append(str(TOP / 'bench/lib'))
from bench import Wire  # noqa: E402

OURS, SERVERS = 0, 1  # whose bytes


class Cutter:
    """A port in front of an ssh server that ends, resets or stalls a connection after so many bytes of one side's."""

    def __init__(self, world, server):
        self.target = (server.addresses[0], server.port)
        self.side, self.limit, self.how = SERVERS, None, 'end'
        self.socket = socket.create_server((server.addresses[0], 0))
        world.closing.append(self.socket)
        self.name = '{}:{}'.format(*self.socket.getsockname())
        self.passed = [0, 0]
        self.stalled = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                near, _ = self.socket.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.passed = [0, 0]
            threading.Thread(target=self.carry, args=(OURS, near, far), daemon=True).start()
            threading.Thread(target=self.carry, args=(SERVERS, far, near), daemon=True).start()

    def carry(self, side, source, to):
        try:
            while data := source.recv(65536):
                if self.side == side and self.limit is not None and self.passed[side] + len(data) >= self.limit:
                    to.sendall(data[:self.limit - self.passed[side]])
                    return self.cut(source, to)
                self.passed[side] += len(data)
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self, source, to):
        if self.how == 'stall':
            self.stalled += [source, to]
            return
        near, far = (to, source) if self.side == SERVERS else (source, to)
        if self.how == 'reset':
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        for end, way in ((near, socket.SHUT_RD if self.how == 'reset' else socket.SHUT_RDWR), (far, socket.SHUT_RDWR)):
            end.shutdown(way)  # wakes the thread that reads there
            end.close()

    def let_go(self):
        for end in self.stalled:
            end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.stalled = []


def cutter_before(world, text):
    """A server, what cuts its connections, and a Fakefile for the two."""
    server = Server(world)
    cutter = Cutter(world, server)
    key = ' '.join((server.folder / 'host_ed25519.pub').read_text().split()[:2])
    with open(server.ssh / 'known_hosts', 'a') as known:
        known.write('[{}]:{} {}\n'.format(*cutter.name.split(':'), key))
    world.fakefile(f'hosts = {cutter.name}\nssh_connect_timeout = 2\nssh_connect_retries = 0\n' + text)
    return cutter


def cut_run(world, cutter, limit, how):
    """A run whose line is cut, and what it says; then one that must do what the first did not."""
    cutter.limit, cutter.how = limit, how
    result = world.fake('deploy', code=None, timeout=120)
    check(result.code in (0, 2, 3), f'{how} at {limit}: {result!r}')
    if result.code:
        contains(result.err, f'[{cutter.name}] failed: ')
    cutter.limit = None
    return result


def nothing_left(folder):
    left = [name for name in os.listdir(folder) if name.startswith('.fake')]
    check(not left, left)


def test_cut_at_any_byte(world):
    """Wherever a connection breaks off: one host's failure with a reason, and the next run is right."""
    target = world.folder / 'there'
    cutter = cutter_before(world, f'deploy @: file\n    put file {target}\n    run echo deployed\n')
    world.write('file', 'content\n' * 1000)
    world.fake('deploy')
    whole = cutter.passed[SERVERS]
    check(whole > 2000, whole)
    for number in range(24):
        how = 'stall' if number == 5 else ('end', 'reset')[number % 2]  # a stall while it connects: its time runs out
        world.write('file', f'{number}\n' * 3000)
        cut_run(world, cutter, 1 + number * whole // 24, how)
        world.fake('--lock-timeout=10', 'deploy')
        check(target.read_text() == f'{number}\n' * 3000, f'after cut {number} of {whole} bytes')
    nothing_left(world.folder)


def test_cut_at_any_byte_that_is_sent(world):
    """In an upload of some pieces: the old file stays until the new one is whole, and no part of it is left."""
    target = world.folder / 'there'
    cutter = cutter_before(world, f'deploy @: file\n    put file {target}\n    run echo deployed\n')
    cutter.side = OURS
    size = 3_000_000
    old = os.urandom(size)
    world.write('file', old)
    world.fake('deploy')
    whole = cutter.passed[OURS]
    check(whole > size, whole)
    for number in range(16):
        new = os.urandom(size)
        world.write('file', new)
        limit = whole - 40 * (16 - number) if number % 4 == 3 else 1 + number * whole // 16  # also among the last lines
        result = cut_run(world, cutter, limit, ('end', 'reset')[number % 2])
        wait_until(lambda: target.read_bytes() in (old, new), 5, 'one of the two')
        check(result.code == 0 or number % 4 == 3 or target.read_bytes() == old, f'the old one, cut at {limit}')
        world.fake('--lock-timeout=10', 'deploy')
        check(target.read_bytes() == new, f'after a cut at {limit} of {whole}')
        old = new
    nothing_left(world.folder)


def test_cut_in_steps(world):
    """While a step prints: it and what it started end, the step behind it does not begin."""
    mark = f'{os.getpid()}{world.number}'
    cutter = cutter_before(world, f'''
deploy @:
    run sleep 89.{mark} & yes 0123456789 | head -n 40000; wait
    run touch {world.folder}/behind
''')
    for number in range(8):
        cut_run(world, cutter, 20000 + number * 50000, ('end', 'reset')[number % 2])
        wait_until(lambda: not processes_with(f'89.{mark}'), 20, 'the step has ended')
        check(not (world.folder / 'behind').exists(), 'the next step')


def test_stall_in_an_upload(world):
    """What is sent is taken no more, in between: told; ended by what notices first, here or there; the old file stays."""
    target = world.folder / 'there'
    cutter = cutter_before(world, f'deploy @: file\n    put file {target}\n')
    world.write('file', 'old\n')
    world.fake('deploy')
    cutter.side = OURS
    world.write('file', os.urandom(32_000_000))
    result = cut_run(world, cutter, 2_000_000, 'stall')
    check(result.code in (2, 3) and 30 < result.seconds < 100, f'{result.seconds} s: {result!r}')
    contains(result.out, f'{cutter.name} has not taken anything of what is sent for 10 s')
    contains(result.err, 'the host has not taken anything of what is sent for ', ' s; then ')
    check(target.read_text() == 'old\n', 'the old one')
    cutter.let_go()
    wait_until(lambda: not any(name.startswith('.fake') for name in os.listdir(world.folder)), 20, 'cleaned up')


def joined_by_a_wire(world):
    """Servers in a network of their own behind a delay line, fake before it; None where that may not be made."""
    if os.getuid() or not os.access('/dev/net/tun', os.W_OK):
        return None
    wire = Wire(5)
    wire.__enter__()
    world.closing.append(Closing(wire))
    far = wire.far_addresses[0]
    subprocess.run([*wire.inside(wire.far), TOP / 'tools/servers', 'start', world.folder, far], check=True,
                   stdin=subprocess.DEVNULL)
    world.addresses = [far]
    world.port = int((world.folder / 'port').read_text())
    world.command = lambda arguments: [*wire.inside(wire.near), FAKE, *map(str, arguments)]
    return wire


class Closing:
    def __init__(self, wire):
        self.wire = wire

    def close(self):
        self.wire.__exit__()


def test_line_that_goes_down(world):
    """A host that acknowledges no more: in a silent step the pings end it, in an upload the user time-out."""
    wire = joined_by_a_wire(world)
    if not wire:
        return
    address, mark = world.addresses[0], f'{os.getpid()}{world.number}'
    target = world.folder / 'there'
    world.write('file', os.urandom(256_000_000))
    text = f'silent @:\n    run touch {world.folder}/begun; sleep 88.{mark}\nsilent: lock = no\nsend @:\n    put file {target}\n'

    def goes_down(goal, is_begun, least, most):
        run = world.start(goal)
        wait_until(is_begun)
        subprocess.run(['ip', '-n', wire.near, 'link', 'set', 'wire0', 'down'], check=True)
        began = time.monotonic()
        out, err = (text.decode() for text in run.communicate(timeout=100))
        seconds = time.monotonic() - began
        subprocess.run(['ip', '-n', wire.near, 'link', 'set', 'wire0', 'up'], check=True)
        check(run.returncode in (2, 3) and f'[{address}] failed: ' in err and least < seconds < most,
              f'exit {run.returncode} after {seconds} s\n{out}{err}')

    world.fakefile('ssh_keepalive = 1\n' + text)
    goes_down('silent', (world.folder / 'begun').exists, 3, 15)
    world.fakefile(text)
    goes_down('send', lambda: any(name.startswith('.fake') for name in os.listdir(world.folder)), 25, 60)
    check(not target.exists(), 'nothing of it is seen')
    wait_until(lambda: not processes_with(f'88.{mark}'), 100, 'the step has ended')
