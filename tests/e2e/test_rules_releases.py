"""Releases under a running gunicorn: what it answers before, during and after a bad one; tests that roll back."""
import os
import time

from harness import check, contains, lacks, wait_until
from test_rules_deploy import git, live, releases, state, www
from test_rules_gunicorn import BROKEN_IN_WORKERS
from test_rules_more import ended, quietly
from test_rules_servers import APPLICATION
from web import Load, answer, answers, free_port


def commit(world, text):
    world.write('app.py', text)
    git(world, 'add', 'app.py')
    git(world, 'commit', '-q', '-m', 'another')


def deploy(world, **options):
    time.sleep(1.05)  # names of releases are seconds
    return world.fake('deploy', **options)


class Site:
    """One host, whose gunicorn serves what is live."""

    def __init__(self, world, more=''):
        self.world = world
        address, = world.servers(1)
        self.address, self.www = address, www(world, address)
        world.fakefile(f'''
deploy_path = {self.www}
include deploy.mk
gunicorn_pid = {self.www}/gunicorn.pid
gunicorn_seconds = 20
gunicorn_missing = skip
include gunicorn.mk
after finished: reload-gunicorn
{more}
''')
        world.write('.gitignore', '.fake\nFakefile\n')
        git(world, 'init', '-q', '-b', 'master')
        commit(world, APPLICATION % 'one')
        deploy(world)
        self.good = live(world, address)
        self.url = f'http://{address}:{free_port(address)}/'

    def master(self):
        command = ['gunicorn', '--chdir', self.www / 'current', '--pid', self.www / 'gunicorn.pid', '--bind', self.url[7:-1],
                   '--workers', '2', '--graceful-timeout', '5', 'app:application']
        return ended(quietly(command, env=self.world.environment(PYTHONDONTWRITEBYTECODE='1')))

    def serves(self, text):
        wait_until(lambda: answers(self.url, text), what=f'{text} is served')

    def is_as_before(self, process, load, failed):
        """The failed release is marked; one was served all the time, by the same master, and still is."""
        check(process.poll() is None, 'gunicorn lives')
        check(set(load.texts) == {'one'} and not load.failures, (set(load.texts), load.failures))
        check(failed and all(state(self.world, self.address, name) == 'bad' for name in failed), failed)
        self.serves('one')


def test_workers_that_cannot_load(world):
    """The release is live when gunicorn is told: it is checked first, so the old workers serve on."""
    site = Site(world)
    with site.master() as process:
        site.serves('one')
        commit(world, 'import no_such_module\n')
        with Load(site.url) as load:
            result = deploy(world, code=2)
        contains(result, 'no_such_module', 'the application cannot be loaded: the old one serves on')
        site.is_as_before(process, load, [name for name in releases(world, site.address) if name != site.good])
        world.fake('rollback')
        check(live(world, site.address) == site.good, 'the good one is live')
        site.serves('one')
        commit(world, APPLICATION % 'two')
        deploy(world)
        site.serves('two')
        check(process.poll() is None, 'the same master')


def test_checked_before_it_is_live(world):
    site = Site(world, 'after updated: check-gunicorn\ncheck-gunicorn: gunicorn_path = $(release_path)\n')
    with site.master() as process:
        site.serves('one')
        commit(world, 'import no_such_module\n')
        with Load(site.url) as load:
            contains(deploy(world, code=2), 'no_such_module', 'err: check-gunicorn: the application cannot be loaded')
        site.is_as_before(process, load, [name for name in releases(world, site.address) if name != site.good])
        check(live(world, site.address) == site.good, 'it never went live')


def test_workers_that_crash_in_an_upgrade(world):
    """What no check finds: the new gunicorn ends, and the old one serves on."""
    site = Site(world)
    fakefile = world.project / 'Fakefile'
    fakefile.write_text(fakefile.read_text().replace('after finished: reload', 'after finished: upgrade'))
    with site.master() as process:
        site.serves('one')
        commit(world, BROKEN_IN_WORKERS)
        with Load(site.url) as load:
            contains(deploy(world, code=2), 'err: upgrade-gunicorn: the new gunicorn ended: the old one serves on')
        site.is_as_before(process, load, [name for name in releases(world, site.address) if name != site.good])
        world.fake('rollback', timeout=120)
        site.serves('one')
        pid = int((site.www / 'gunicorn.pid').read_text())
    os.kill(pid, 15)
    wait_until(lambda: not os.path.exists(f'/proc/{pid}'), what='the new gunicorn ends')


def test_suite_that_rolls_back(world):
    """The tests run on the host, on what is live; where they fail, all hosts go back."""
    one, two = world.servers(2)
    paths = '\n'.join(f'@{address}: deploy_path = {www(world, address)}' for address in (one, two))
    world.fakefile(f'''
{paths}
include deploy.mk
check_command = sh ./suite
check_rollback = yes
include check.mk
after finished: run-tests
''')
    world.write('.gitignore', '.fake\nFakefile\n')
    git(world, 'init', '-q', '-b', 'master')
    for text in ('exit 0\n', f'case $PWD in */{two}/*) echo three tests fail; exit 1 ;; esac\n'):
        world.write('suite', text)
        git(world, 'add', '.')
        git(world, 'commit', '-q', '-m', text)
        last = text
        if text == 'exit 0\n':
            deploy(world)
            good = live(world, one)
    result = deploy(world, code=2)
    contains(result, 'three tests fail', "Executing task 'undo-deploy'")
    for address in (one, two):
        check(live(world, address) == good, f'{address} is as it was')
        check((www(world, address) / 'current/suite').read_text() == 'exit 0\n' != last, 'its files')
    # a deployment that fails before it is live has nothing to go back from
    world.write('suite', 'exit 0\n# again\n')
    git(world, 'commit', '-q', '-a', '-m', 'again')
    (world.project / 'Fakefile').open('a').write('after updated: broken\nbroken @: ; run false\n')
    lacks(deploy(world, code=2), 'choose-release')
    check(live(world, one) == good, 'as it was')
