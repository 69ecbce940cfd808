"""Bad days of a deployment: what the web server answers before, during and after."""
import os
import shutil
import signal
import subprocess
import time

from harness import TOP, check, contains, lacks, wait_until
from test_rules_deploy import commit, deploy, git, live, project, releases, state, www
from web import Load, Nginx, answer, answers, free_port


class Site:
    """Hosts of a project, and an nginx that serves what is live on each."""

    def __init__(self, world, more='', count=2):
        self.world = world
        project(world, more, count)
        deploy(world)
        port = free_port(world.addresses[0])
        servers = [f'server {{ listen {address}:{port}; root {www(world, address)}/current; }}' for address in world.addresses]
        self.nginx = Nginx(world, '\n'.join(servers))
        self.port = port

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.nginx.stop()

    def pages(self):
        return [answer(f'http://{address}:{self.port}/page.txt').strip() for address in self.world.addresses]

    def shows(self, *pages):
        check(self.pages() == list(pages), f'{self.pages()}, not {pages}')


# A stage after which a test has its hand in: it goes on when the file `go` is there.
def pausing_after(world, stage):
    return f'''
after {stage}: pause
pause @:
    run --timeout=60 touch {world.folder}/$(host).waits; until [ -e {world.folder}/go ]; do sleep 0.1; done
'''


def wait_for_pause(world, count=2):
    wait_until(lambda: len(list(world.folder.glob('*.waits'))) == count, 30, 'the hosts wait')


def start(world):
    time.sleep(1.05)  # names of releases are seconds
    return world.start('deploy')


def go_on(world):
    (world.folder / 'go').touch()


def stop_at_pause(world):
    for path in [world.folder / 'go', *world.folder.glob('*.waits')]:
        path.unlink()


def ended(child, code):
    out, err = child.communicate(timeout=60)
    text = (out + err).decode()
    check(child.returncode in code, f'exit {child.returncode}:\n{text}')
    return text


def children_of(pid):
    return [int(word) for word in subprocess.run(['pgrep', '-P', str(pid)], capture_output=True, text=True).stdout.split()]


def kill_tree(pid):
    below = children_of(pid)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    for child in below:
        kill_tree(child)


def host_dies(world, address):
    kill_tree(world.server_pid(address))


def host_comes_back(world, address):
    folder = world.folder / address
    (folder / 'pid').unlink()
    subprocess.run([shutil.which('sshd') or '/usr/sbin/sshd', '-f', folder / 'sshd_config', '-E', folder / 'log'], check=True)
    wait_until((folder / 'pid').exists, what='sshd is back')


def test_host_dies_before_publishing(world):
    go_on(world)
    with Site(world, pausing_after(world, 'updated')) as web:
        a, b = world.addresses
        web.shows('one', 'one')
        before = live(world, a)
        stop_at_pause(world)
        commit(world, 'two')
        child = start(world)
        wait_for_pause(world)
        host_dies(world, b)
        web.shows('one', 'one')
        go_on(world)
        text = ended(child, [2, 3])
        check(b in text and 'Not run because of that' in text and f'publishing on ' in text, text)
        web.shows('one', 'one')
        check([live(world, a), live(world, b)] == [before, before], 'none published')
        check(state(world, a, releases(world, a)[-1]) == 'bad', 'the release is marked')

        host_comes_back(world, b)
        contains(deploy(world), 'out: two')
        web.shows('two', 'two')
        check(live(world, a) == live(world, b), 'one release for all')
        for address in world.addresses:
            check(releases(world, address) == [before, live(world, address)], 'what failed is gone')
        world.fake('rollback')
        web.shows('one', 'one')


def disk_full(world, more):
    """deploy_path is a file system of 4 MB; a release that does not fit leaves all as it was, and room for the next."""
    address, = addresses = world.servers(1)
    www(world, address).mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', www(world, address)]).returncode:
        return  # not root: no small file system to fill
    try:
        world.servers = lambda count: addresses
        with Site(world, more, count=1) as web:
            before = live(world, address)
            world.write('big', os.urandom(3_000_000))
            git(world, 'add', 'big')
            commit(world, 'two')
            result = deploy(world, code=2)
            contains(result, address, 'No space left on device')
            check(live(world, address) == before, 'what was live is live')
            web.shows('one')
            git(world, 'reset', '-q', '--hard', 'HEAD^')
            commit(world, 'three')
            contains(deploy(world), 'out: three')
            web.shows('three')
            check(releases(world, address) == [before, live(world, address)], 'nothing else stays')
            world.fake('rollback')
            web.shows('one')
    finally:
        subprocess.run(['umount', '-l', www(world, address)], check=True)


def test_disk_full_by_checkout(world):
    disk_full(world, '')


def test_disk_full_by_clone(world):
    disk_full(world, f'strategy = clone\nrepo_url = {world.project}')


def test_two_operators(world):
    go_on(world)
    with Site(world, pausing_after(world, 'updated')) as web:
        a, b = world.addresses
        stop_at_pause(world)
        other = world.folder / 'other'
        git(world, 'clone', '-q', '.', other)
        shutil.copy(world.project / 'Fakefile', other / 'Fakefile')
        commit(world, 'two')
        first = start(world)
        wait_for_pause(world)
        refused = world.fake('deploy', cwd=other, env={'USER': 'second'}, code=4)
        contains(refused, 'is locked by', 'for deploy', 'since ')
        web.shows('one', 'one')
        waiting = subprocess.Popen([*world.command(['--lock-timeout=60', 'deploy'])], cwd=other, stdin=subprocess.DEVNULL,
                                   env=world.environment(USER='second'), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        world.children.append(waiting)
        go_on(world)
        ended(first, [0])
        text = ended(waiting, [0])
        # The second has `one`, so that is what ends up live: the last one's word counts, on all hosts.
        check(live(world, a) == live(world, b), text)
        web.shows('one', 'one')
        log = (www(world, a) / 'revisions.log').read_text().splitlines()
        check([line.split()[-1] for line in log] == ['tester', 'tester', 'second'], log)
        # What one deployed the other finds deployed.
        lacks(world.fake('deploy', cwd=other), ' run: ')
        git(world, '-C', other, 'pull', '-q')
        contains(deploy(world, cwd=other, env={'USER': 'second'}), 'out: two')
        web.shows('two', 'two')
        lacks(world.fake('deploy'), ' run: ')


def test_connection_drops_after_publishing(world):
    go_on(world)
    with Site(world, pausing_after(world, 'published')) as web:
        a, b = world.addresses
        first = live(world, a)
        stop_at_pause(world)
        commit(world, 'two')
        child = start(world)
        wait_for_pause(world)
        web.shows('two', 'two')
        child.kill()
        child.wait()
        web.shows('two', 'two')
        go_on(world)
        # The next run ends what this one has begun: the application is restarted, the release becomes a good one.
        result = deploy(world, '--lock-timeout=20')
        contains(result, 'out: two')
        web.shows('two', 'two')
        check(live(world, a) == live(world, b), 'one release for all')
        for address in world.addresses:
            check(state(world, address, live(world, address)) == 'good', 'good')
        world.fake('rollback')
        web.shows('one', 'one')
        check([live(world, a), live(world, b)] == [first, first], 'to the one before')


def test_rollback_right_after_the_connection_dropped(world):
    go_on(world)
    with Site(world, pausing_after(world, 'published')) as web:
        first = live(world, world.addresses[0])
        stop_at_pause(world)
        commit(world, 'two')
        child = start(world)
        wait_for_pause(world)
        child.kill()
        child.wait()
        go_on(world)
        world.fake('--lock-timeout=20', 'rollback')
        web.shows('one', 'one')
        check({live(world, address) for address in world.addresses} == {first}, 'to the good one')
        contains(deploy(world), 'out: two')
        web.shows('two', 'two')


def test_rollback_with_a_host_that_lacks_the_release(world):
    with Site(world) as web:
        a, b = world.addresses
        first = live(world, a)
        commit(world, 'two')
        deploy(world)
        shutil.rmtree(www(world, b) / 'releases' / first)
        contains(world.fake('rollback', code=2), f'[{b}] err: no good release before the live one is on all hosts')
        web.shows('two', 'two')
        contains(world.fake(f'rollback:release={first}', code=2), f'[{b}] err: there is no release')
        web.shows('two', 'two')
        contains(world.fake('-H', a, 'rollback'), 'out: one')
        web.shows('one', 'two')
        contains(deploy(world), 'out: two')
        web.shows('two', 'two')


APPLICATION = '''
page = open('page.txt').read()
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [page.encode()]
'''


def start_gunicorn(world, address, port):
    path = www(world, address)
    master = subprocess.Popen(
        ['gunicorn', '--chdir', path / 'current', '--pid', path / 'pid', '--bind', f'{address}:{port}', '--workers', '2', 'app:application'],
        env=world.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(path / 'gunicorn.log').open('w'))
    world.children.append(master)
    wait_until(lambda: answers(f'http://{address}:{port}/', 'one\n'), 30, 'gunicorn answers')
    return master


def test_rolling_under_load(world):
    """Three hosts under gunicorn, one after the other, behind a balancer that tries no request twice."""
    world.write('app.py', APPLICATION)
    world.write('.gitignore', '.fake\nFakefile\n')
    git(world, 'init', '-q', '-b', 'master')
    git(world, 'add', '-A')
    project(world, f'''
restart_command = true
gunicorn_pid = $(deploy_path)/pid
gunicorn_path = $(current_path)
gunicorn_app = app:application
include gunicorn.mk
deploy: batch = 1
rollback-stages: batch = 1
''', count=3)
    deploy(world)
    with (world.project / 'Fakefile').open('a') as fakefile:
        fakefile.write('after finished: reload-gunicorn\n')
    port = free_port(world.addresses[0])
    masters = [start_gunicorn(world, address, port) for address in world.addresses]
    upstream = ' '.join(f'server {address}:{port};' for address in world.addresses)
    front = free_port(world.addresses[0])
    nginx = Nginx(world, f'''
upstream app {{ {upstream} }}
server {{ listen {world.addresses[0]}:{front}; location / {{ proxy_pass http://app; proxy_next_upstream off; }} }}''')
    try:
        commit(world, 'two')
        with Load(f'http://{world.addresses[0]}:{front}/') as load:
            deploy(world)
            answered = len(load.texts)
            world.fake('rollback')
        check(load.failures == [], f'{len(load.failures)} of {len(load.texts)} failed: {load.failures[:3]}')
        check(answered > 50 and set(load.texts) == {'one\n', 'two\n'}, f'{answered}, {set(load.texts)}')
        check(load.texts[0] == 'one\n' and 'two\n' in load.texts[answered - 5:answered + 5], load.texts[answered - 5:answered + 5])
        check(load.texts[-1] == 'one\n', 'rolled back')
    finally:
        nginx.stop()
        for master in masters:
            master.terminate()
            master.wait()
