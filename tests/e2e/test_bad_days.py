"""Each bad day gives one clear message with host, target, step and reason, the right exit code, and a state from which
the next run is correct."""
import os
import signal
import subprocess
import time

from harness import check, contains, lacks, processes_with, wait_until


def test_unknown_names(world):
    world.servers(1)
    world.fakefile('''
@web: hosts = web1
deploy @web:
    run echo $(app_pth)
app_path = /srv
''')
    contains(world.fake('deploy', code=2), 'app_pth', 'app_path', 'Fakefile:')
    world.fakefile('@web: hosts = web1\ndeploy @web:\n    run true\n')
    contains(world.fake('deplyo', code=2), 'deplyo', 'deploy')
    contains(world.fake('-R', 'wbe', 'deploy', code=2), 'wbe', 'web')
    contains(world.fake('--expalin', 'deploy', code=2), 'expalin', '--explain')
    world.fakefile('deploy @:\n    rnu true\n')
    contains(world.fake('deploy', code=2), 'rnu', 'run', 'Fakefile:')
    world.fakefile('deploy @:\n    run --timout=3 true\n')
    contains(world.fake('deploy', code=2), 'timout', '--timeout', 'Fakefile:')
    world.fakefile('deploy @wbe:\n    run true\n@web: hosts = web1\n')
    contains(world.fake('deploy', code=2), 'wbe', 'web')


def test_connection_refused(world):
    world.servers(1)
    world.fakefile('deploy @:\n    run true\n')
    result = world.fake('deploy', f'ssh_port=1', code=3)
    contains(result, world.addresses[0], 'refused')


def test_wrong_key(world):
    world.servers(1)
    world.fakefile('deploy @:\n    run true\n')
    for name in ('id_ed25519', 'id_ed25519.pub'):
        (world.home / '.ssh' / name).rename(world.home / '.ssh' / ('old_' + name))
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', world.home / '.ssh/id_ed25519'], check=True)
    (world.home / '.ssh/id_ed25519.pub').unlink()
    result = world.fake('deploy', code=3)
    contains(result, world.addresses[0], 'key')


def test_host_keys(world):
    world.servers(1)
    address = world.addresses[0]
    world.fakefile('deploy @:\n    run echo in\n')
    known = world.home / '.ssh/known_hosts'
    good = known.read_text()
    known.write_text('')
    unknown = world.fake('deploy', code=3)
    contains(unknown, address, 'SHA256:', 'unknown')
    lacks(unknown, 'out: in')
    other = subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', world.folder / 'other'], check=True)
    key = (world.folder / 'other.pub').read_text().split()
    known.write_text(f'[{address}]:{world.port} {key[0]} {key[1]}\n')
    changed = world.fake('deploy', code=3)
    contains(changed, address, 'SHA256:', 'changed', 'ssh-keygen -R')
    known.write_text('@revoked * ' + good.split(' ', 1)[1] + good)
    contains(world.fake('deploy', code=3), 'revoked')
    known.write_text(good)
    contains(world.fake('deploy'), 'out: in')
    subprocess.run(['ssh-keygen', '-H', '-f', known], check=True, capture_output=True)
    contains(world.fake('deploy'), 'out: in')


def test_failing_step(world):
    world.servers(2)
    a, b = world.addresses
    world.fakefile('''
deploy @: app
    run echo begun
    run echo some words; echo why >&2; exit 7
    run echo never
''')
    world.write('app', 'x')
    result = world.fake('deploy', code=2)
    contains(result, a, 'deploy', 'step 2', '7', 'why')
    lacks(result, 'out: never')


def test_no_permission_to_write(world):
    world.servers(1)
    world.fakefile('deploy @:\n    put app /proc/nowhere/app\n')
    world.write('app', 'x')
    result = world.fake('deploy', code=2)
    contains(result, world.addresses[0], 'deploy', '/proc/nowhere')


def test_disk_full_while_putting(world):
    world.servers(1)
    small = world.folder / 'small'
    small.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).returncode:
        return  # not root: no small file system to fill
    try:
        (small / 'app').write_text('the old one\n')
        world.fakefile(f'deploy @:\n    put app {small}/app\n    run echo after\n')
        world.write('app', os.urandom(3 << 20))
        result = world.fake('deploy', code=2)
        contains(result, world.addresses[0], 'deploy', 'No space left')
        lacks(result, 'out: after')
        check((small / 'app').read_text() == 'the old one\n', 'the old file is kept')
        check(os.listdir(small) == ['app'], f'nothing else stays: {os.listdir(small)}')
        world.write('app', 'the new one\n')
        world.fake('deploy')
        check((small / 'app').read_text() == 'the new one\n', 'the next run is right')
    finally:
        subprocess.run(['umount', small], check=True)


def test_awkward_outputs(world):
    world.servers(1)
    world.fakefile(r'''
deploy @:
    run printf 'no newline'
    run printf '\000\001\377\033[2J binary\n'
    run printf '\036%024d e 1 0\n' 0
    run exec >&- 2>&-; exit 0
    run cat; echo after cat
    run f() { exit 0; }; f; echo never
    run (while sleep 0.1; do echo late; done) & echo daemon started
    run echo last
    run pkill -f 'sleep 0[.]1' || :
''')
    result = world.fake('deploy')
    contains(result, 'out: no newline\n', 'out: after cat', 'daemon started', 'out: last')
    lacks(result, 'out: never', '\033[2J')


def test_killed_by_a_signal(world):
    world.servers(1)
    world.fakefile('deploy @:\n    run kill -9 $$$$\n')
    result = world.fake('deploy', code=2)
    contains(result, world.addresses[0], 'deploy', 'step 1', 'signal 9')


def test_server_closes_in_the_middle(world):
    world.servers(1)
    world.fakefile('deploy @: app\n    run echo one\n    run kill -9 $$(ps -o ppid= -p $$(ps -o ppid= -p $$(ps -o ppid= -p $$PPID))); sleep 5\n    run echo never\n')
    world.write('app', 'x')
    # The session's sshd is the one that has a child; its listener goes on.
    world.fakefile('deploy @: app\n    run echo one; sleep 30.3\n    run echo never\n')
    child = world.start('deploy')
    wait_until(lambda: processes_with('sleep\x0030.3'), what='the step runs')
    listener = world.server_pid(world.addresses[0])
    sessions = subprocess.run(['pgrep', '-P', str(listener)], capture_output=True, text=True).stdout.split()
    for pid in sessions:
        os.kill(int(pid), signal.SIGKILL)
        for inner in subprocess.run(['pgrep', '-P', pid], capture_output=True, text=True).stdout.split():
            os.kill(int(inner), signal.SIGKILL)
    out, err = child.communicate(timeout=30)
    text = (out + err).decode()
    check(child.returncode in (2, 3), f'exit {child.returncode}\n{text}')
    for word in (world.addresses[0], 'deploy', 'connection'):
        check(word in text, f'no {word!r} in {text}')
    check('out: never' not in text, text)
    world.fakefile('deploy @: app\n    run echo one\n    run echo two\n')
    contains(world.fake('deploy'), 'out: two')
    wait_until(lambda: not processes_with('sleep\x0030.3'), what='no process stays')


def test_interrupt(world):
    world.servers(1)
    world.fakefile('deploy @: app\n    run echo started; sleep 77.7\n')
    world.write('app', 'x')
    child = world.start('deploy')
    wait_until(lambda: processes_with('sleep\x0077.7'), what='the step runs')
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    check(child.returncode == 130, f'exit {child.returncode}: {(out + err).decode()}')
    wait_until(lambda: not processes_with('sleep\x0077.7'), what='no process stays')


def test_kill_leaves_nothing(world):
    world.servers(1)
    world.fakefile('deploy @: app\n    run echo started; sleep 78.8\n')
    world.write('app', 'x')
    child = world.start('deploy')
    wait_until(lambda: processes_with('sleep\x0078.8'), what='the step runs')
    child.kill()
    child.wait()
    wait_until(lambda: not processes_with('sleep\x0078.8'), what='no process stays')
    world.fakefile('deploy @: app\n    run echo again\n')
    contains(world.fake('deploy'), 'out: again')


def test_step_timeout(world):
    world.servers(1)
    world.fakefile('deploy @:\n    run --timeout=1 sleep 79.9\n')
    began = time.monotonic()
    result = world.fake('deploy', code=2)
    check(time.monotonic() - began < 15, 'ended at its limit')
    contains(result, world.addresses[0], 'deploy', 'timed out')
    wait_until(lambda: not processes_with('sleep\x0079.9'), what='no process stays')
