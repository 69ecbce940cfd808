"""Ends of a run: interrupts, kills, time-outs. What was begun is known, and nothing stays behind."""
import os
import random
import signal
import socket
import threading
import time

from harness import check, contains, lacks, processes_with, wait_until


def test_interrupt_tells_what_was_running(world):
    one, _ = world.servers(2)
    world.fakefile(f'''
deploy @:
    run touch {world.folder}/begun.$(host.name); sleep 97.{world.number}
''')
    run = world.start('deploy')
    wait_until(lambda: len(list(world.folder.glob('begun.*'))) == 2)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)
    text = (out + err).decode()
    check(run.returncode == 130, run.returncode)
    contains(text, 'What the hosts were doing', 'deploy, step 1: run touch', f'{one[:-1]}[1-2]')
    wait_until(lambda: not processes_with(f'sleep 97.{world.number}'), what='no step stays')
    world.fakefile('other @:\n    run echo free\n')
    contains(world.fake('other'), 'free')


def test_interrupt_while_waiting_for_a_lock(world):
    world.servers(1)
    world.fakefile(f'deploy @:\n    run touch {world.folder}/begun; sleep 20\n')
    first = world.start('deploy')
    wait_until(lambda: (world.folder / 'begun').exists())
    second = world.start('--lock-timeout=60', 'deploy')
    time.sleep(1)
    second.send_signal(signal.SIGINT)
    began = time.monotonic()
    second.communicate(timeout=20)
    check(second.returncode == 130 and time.monotonic() - began < 3, second.returncode)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=20)


class LateServer:
    """A port in front of an ssh server that takes connections at once and passes them on when it is let go."""

    def __init__(self, world, address):
        self.target = (address, world.port)
        self.may_go = threading.Event()
        self.socket = socket.create_server((f'{address.rsplit(".", 1)[0]}.98', 0))
        world.closing.append(self.socket)
        self.name = '{}:{}'.format(*self.socket.getsockname())
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        near, _ = self.socket.accept()
        self.may_go.wait()
        far = socket.create_connection(self.target)
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


def late_run(world, late):
    """A run over a host that answers and one that does not yet: the first has run its step."""
    key = (world.home / '.ssh/known_hosts').read_text().split()[1:3]
    with open(world.home / '.ssh/known_hosts', 'a') as known:
        known.write('[{}]:{} {} {}\n'.format(*late.name.split(':'), *key))
    run = world.start('-k', '-H', f'{world.addresses[0]},{late.name}', 'deploy')
    wait_until(lambda: list(world.folder.glob('ran.*')), seconds=20, what='the host that answers goes on')
    late.may_go.set()
    out, err = run.communicate(timeout=30)
    return run.returncode, (out + err).decode()


def test_a_host_that_comes_late(world):
    _, two = world.servers(2)
    late = LateServer(world, two)
    world.fakefile(f'deploy @:\n    run touch {world.folder}/ran.$(host.name); sleep 1\n')
    code, text = late_run(world, late)
    check(code == 0 and len(list(world.folder.glob('ran.*'))) == 2, text)
    contains(text, f'{late.name} has not answered yet: the others begin')


def test_a_host_that_comes_late_is_locked(world):
    _, two = world.servers(2)
    late = LateServer(world, two)
    world.fakefile(f'hold @:\n    run touch {world.folder}/held; sleep 60\n'
                   f'deploy @:\n    run touch {world.folder}/ran.$(host.name); sleep 1\n')
    holder = world.start('-H', two, 'hold')
    wait_until(lambda: (world.folder / 'held').exists())
    code, text = late_run(world, late)
    check(code == 4 and len(list(world.folder.glob('ran.*'))) == 1, text)
    contains(text, f'[{late.name}] failed: it is locked by ')
    holder.send_signal(signal.SIGTERM)
    holder.communicate(timeout=20)


def test_second_interrupt_leaves_at_once(world):
    world.servers(1)
    world.fakefile(f"deploy @:\n    run trap '' TERM INT; touch {world.folder}/begun; sleep 20\n")
    run = world.start('deploy')
    wait_until(lambda: (world.folder / 'begun').exists())
    run.send_signal(signal.SIGINT)
    time.sleep(0.5)
    check(run.poll() is None, 'it waits for the step')
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    check(run.returncode == 130 and time.monotonic() - began < 2, run.returncode)


def test_killed_at_any_moment(world):
    """kill -9 at random moments (KILLS times): the next run ends in the right state, no lock stays, no half file
    is ever seen under its name."""
    world.servers(1)
    kills = int(os.environ.get('KILLS', '15'))
    site = world.folder / 'site'
    world.fakefile(f'''
version = 0
deploy @: upload switch
deploy: inputs = $(version)
upload @: app
    run mkdir -p {site}
    put app {site}/app
switch @:
    run cp {site}/app {site}/next && mv {site}/next {site}/live
    link app {site}/current
after deploy: restart
restart @:
    run cp {site}/live {site}/next && mv {site}/next {site}/restarted
''')
    choice = random.Random(world.number)
    full = 0.6
    for number in range(kills):
        content = f'{number}\n' * 100_000
        world.write('app', content)
        run = world.start('deploy', f'version={number}')
        time.sleep(choice.uniform(0, full))
        run.kill()
        run.communicate()
        for name in ('app', 'live', 'restarted'):
            if (site / name).exists():
                text = (site / name).read_text()
                line = text.split('\n', 1)[0]
                check(text == f'{line}\n' * 100_000, f'half of {name} is visible')
        began = time.monotonic()
        result = world.fake('--lock-timeout=10', 'deploy', f'version={number}')
        full = max(0.2, time.monotonic() - began)
        for name in ('app', 'live', 'restarted'):
            check((site / name).read_text() == content, f'{name} after {number}: {result!r}')
        lacks(world.fake('deploy', f'version={number}'), 'Executing')
    left = [path.name for path in site.iterdir()]
    check(sorted(left) == ['app', 'current', 'live', 'restarted'], left)


def test_step_time_out(world):
    world.servers(1)
    world.fakefile(f'deploy @:\n    run --timeout=0.5 sleep 98.{world.number}\n')
    result = world.fake('deploy', code=2)
    contains(result, 'timed out after 0.5 s')
    check(result.seconds < 5, result.seconds)
    check(not processes_with(f'sleep 98.{world.number}'), 'it was ended')
