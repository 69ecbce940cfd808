"""rules/gunicorn.mk, on a real gunicorn."""
import os
import signal
import subprocess

from harness import check, contains, lacks, wait_until
from test_rules_servers import APPLICATION, answer, answers, port_of

# gunicorn's check finds nothing wrong with it, and the workers live for a while. They end at the same moment, in which case
# their master keeps them as zombies.
BROKEN_IN_WORKERS = '''import sys, time
if "--check-config" not in sys.argv:
    time.sleep(4 - time.time() % 2)
    import no_such_module
''' + APPLICATION


def gunicorn(world, more=''):
    """A server with a gunicorn that serves app.py; the Fakefile puts it there and reloads."""
    address, = world.servers(1)
    world.path = world.folder / address / 'app'
    world.path.mkdir()
    (world.path / 'app.py').write_text(APPLICATION % 'one')
    world.url = f'http://{address}:{port_of(address)}/'
    loaded = world.folder / 'loaded'
    loaded.mkdir()
    (world.folder / 'gunicorn.conf.py').write_text(f'def post_worker_init(worker): open(f"{loaded}/{{worker.pid}}", "w").close()\n')
    world.master = subprocess.Popen(
        ['gunicorn', '--config', world.folder / 'gunicorn.conf.py', '--pid', world.path / 'pid', '--bind', world.url[7:-1], '--workers', '2', '--graceful-timeout', '2', 'app:application'],
        cwd=world.path, env=world.environment(PYTHONDONTWRITEBYTECODE='1'), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=(world.folder / 'gunicorn.log').open('w'))
    world.children.append(world.master)
    wait_until(lambda: len(os.listdir(loaded)) == 2, what='both workers, so that none loads what is put later')
    wait_until(lambda: answers(world.url, 'one'), what='gunicorn answers')
    world.fakefile(f'''
gunicorn_pid = {world.path}/pid
gunicorn_path = {world.path}
include gunicorn.mk
include check.mk
check_url = {world.url}
deploy @:
    put app.py {world.path}/
after deploy: reload-gunicorn
{more}
''')


def test_reload(world):
    gunicorn(world, 'after reload-gunicorn: wait-for-url\ncheck_expect = two')
    try:
        world.write('app.py', 'import time\ntime.sleep(2)\n' + APPLICATION % 'two')
        world.fake('deploy')
        check(answer(world.url) == 'two', 'the new workers serve')
        check(world.master.poll() is None, 'by the same master')
        lacks(world.fake('deploy'), 'Executing')
    finally:
        world.master.terminate()
        world.master.wait()


def test_that_cannot_load(world):
    gunicorn(world, 'gunicorn_app = app:application')
    try:
        world.write('app.py', 'import no_such_module\n')
        contains(world.fake('deploy', code=2), 'no_such_module')
        check(answer(world.url) == 'one', 'the old workers serve')
        world.write('app.py', APPLICATION % 'three')
        world.fake('deploy')
        check(answer(world.url) == 'three', 'and then the new')
    finally:
        world.master.terminate()
        world.master.wait()


def test_asked_how_it_was_started(world):
    """Without gunicorn_app, the running master's command line says what to check."""
    gunicorn(world)
    try:
        world.write('app.py', 'import no_such_module\n')
        contains(world.fake('deploy', code=2), 'no_such_module',
                 'err: reload-gunicorn: the application cannot be loaded: the old one serves on')
        check(answer(world.url) == 'one' and world.master.poll() is None, 'the old workers serve')
    finally:
        world.master.terminate()
        world.master.wait()


def test_that_dies(world):
    """What loads in the check and not in the workers: gunicorn itself ends, and that is told."""
    gunicorn(world)
    world.write('app.py', BROKEN_IN_WORKERS)
    contains(world.fake('deploy', code=2), 'err: reload-gunicorn: gunicorn ended')


def test_upgrade(world):
    gunicorn(world, 'before deploy: put-first\nput-first @: ; put app.py %s/\n' % '$(gunicorn_path)')
    pid_file = world.path / 'pid'
    first = pid_file.read_text()
    try:
        world.write('app.py', BROKEN_IN_WORKERS)
        world.fake('put-first')
        contains(world.fake('upgrade-gunicorn', code=2), 'err: upgrade-gunicorn: the new gunicorn ended: the old one serves on')
        check(answer(world.url) == 'one' and world.master.poll() is None and pid_file.read_text() == first, 'as before')
        world.write('app.py', APPLICATION % 'two')
        world.fake('put-first')
        world.fake('upgrade-gunicorn')
        check(answer(world.url) == 'two' and pid_file.read_text() != first, 'another master')
        check(world.master.wait(5) == 0, 'the old one has ended')
    finally:
        os.kill(int(pid_file.read_text()), signal.SIGTERM)


def test_upgrade_that_is_left(world):
    """A pid file of a dead master, or of what has its number now, is no upgrade; a living one is."""
    gunicorn(world)
    pid_file, second = world.path / 'pid', world.path / 'pid.2'
    ended = subprocess.Popen(['true'])
    ended.wait()
    sleeper = subprocess.Popen(['sleep', '60'])
    world.children.append(sleeper)
    try:
        for left in (f'{ended.pid}\n', f'{sleeper.pid}\n', ''):
            second.write_text(left)
            first = pid_file.read_text()
            world.fake('upgrade-gunicorn')
            check(pid_file.read_text() != first and not second.exists(), 'another master, under the first name')
        check(sleeper.poll() is None, 'and is left alone')
        os.kill(int(pid_file.read_text()), signal.SIGUSR2)
        wait_until(second.exists, what='an upgrade by hand')
        contains(world.fake('upgrade-gunicorn', code=2), f'an upgrade goes on: {second} is that of process {second.read_text().strip()}')
        os.kill(int(second.read_text()), signal.SIGTERM)
        wait_until(lambda: not second.exists(), what='it is taken back')
        check(answer(world.url) == 'one', 'served')
    finally:
        os.kill(int(pid_file.read_text()), signal.SIGTERM)


def test_upgrade_that_never_serves(world):
    gunicorn(world, 'gunicorn_seconds = 3\n')
    pid_file, second = world.path / 'pid', world.path / 'pid.2'
    first = pid_file.read_text()
    try:
        (world.path / 'app.py').write_text('import time\ntime.sleep(60)\n')
        contains(world.fake('upgrade-gunicorn', code=2, timeout=120), 'the new gunicorn does not serve after 3 s')
        wait_until(lambda: not second.exists(), what='the new one has ended')
        check(answer(world.url) == 'one' and world.master.poll() is None and pid_file.read_text() == first, 'as before')
    finally:
        world.master.terminate()
        world.master.wait()


def test_pid_file(world):
    address, = world.servers(1)
    pid = world.folder / address / 'pid-file'
    world.fakefile(f'gunicorn_pid = {pid}\ninclude gunicorn.mk\n')
    contains(world.fake('reload-gunicorn', code=2), f'err: reload-gunicorn: no pid file {pid}')
    pid.write_text('words\n')
    contains(world.fake('reload-gunicorn', code=2), f'err: reload-gunicorn: {pid} holds no process id')
    ended = subprocess.Popen(['true'])
    ended.wait()
    pid.write_text(f'{ended.pid}\n')
    contains(world.fake('reload-gunicorn', code=2), f'err: reload-gunicorn: {pid} is stale')
    sleeper = subprocess.Popen(['sleep', '60'])
    world.children.append(sleeper)
    pid.write_text(f'{sleeper.pid}\n')
    contains(world.fake('reload-gunicorn', code=2), f'err: reload-gunicorn: process {sleeper.pid} is no gunicorn but: sleep 60')
    check(sleeper.poll() is None, 'and is left alone')
