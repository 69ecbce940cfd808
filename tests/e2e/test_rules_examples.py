"""The examples of the stock rules, as they stand, on servers of the test."""
import getpass
import os
import shutil
import subprocess

from harness import TOP, check, contains, lacks, wait_until
from test_rules_servers import answer, answers, port_of


def example(world, name, lines):
    """The example's folder with a Fakefile around its own that puts it on the test's servers."""
    shutil.copytree(TOP / 'examples' / name, world.project, dirs_exist_ok=True)
    head = ['include Fakefile', f'ssh_port = {world.port}', f'user = {getpass.getuser()}']
    world.write('servers.mk', '\n'.join(head + lines) + '\n')


def git(world, *arguments):
    subprocess.run(['git', '-c', 'user.name=Tester', '-c', 'user.email=tester@example.com', *arguments],
                   cwd=world.project, env=world.environment(), check=True, capture_output=True)


def test_releases(world):
    staging, one, two = world.servers(3)
    lines = ['project = e2e', f'@staging: hosts = {staging}', f'@production: hosts = {one} {two}',
             'branch = main', 'before restart: restarted', 'restarted @: ; run echo restarted at $(host)']
    lines += [f'@{address}: deploy_path = {world.folder}/{address}/www' for address in world.addresses]
    example(world, 'releases', lines)
    # the servers of the test have no services
    fakefile = world.project / 'Fakefile'
    fakefile.write_text(fakefile.read_text().replace('sudo service gunicorn restart', 'run true'))
    git(world, 'init', '-q', '-b', 'main')
    git(world, 'add', 'README.md')
    git(world, 'commit', '-q', '-m', 'one')
    git(world, 'tag', 'v1.0')
    git(world, 'branch', 'staging')
    contains(world.fake('-f', 'servers.mk', '-R', 'staging', 'showbranch'), 'out: staging')
    result = world.fake('-f', 'servers.mk', '-R', 'staging', 'deploy')
    contains(result, f'out: restarted at {staging}')
    lacks(result, one, two)
    world.fake('-f', 'servers.mk', '-R', 'production', 'deploy:tag=v1.0')
    for address in world.addresses:
        check((world.folder / address / 'www/current/README.md').exists(), 'live')
        check(os.readlink(world.folder / address / 'www/current/log') == f'{world.folder}/{address}/www/shared/log', 'linked')


def test_gunicorn(world):
    address, = world.servers(1)
    path = world.folder / address / 'srv'
    example(world, 'gunicorn', [f'hosts = {address}', f'app_path = {path}', f'install_tmp = {world.host_home(address)}',
                                'pip_options = -q --no-index'])
    path.mkdir()
    subprocess.run(['/usr/bin/python3', '-m', 'venv', '--system-site-packages', path / 'env'], check=True)
    fake = ['-f', 'servers.mk']
    world.fake(*fake, 'bootstrap', timeout=300)
    contains(world.fake(*fake, 'pack', 'deploy', code=2, timeout=300), 'err: reload-gunicorn: no pid file')
    url = f'http://{address}:{port_of(address)}/'
    master = subprocess.Popen([path / 'env/bin/python', '-m', 'gunicorn', '--pid', path / 'gunicorn.pid', '--bind', url[7:-1],
                               '--graceful-timeout', '2', 'hello:application'], cwd=path, env=world.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.children.append(master)
    try:
        wait_until(lambda: answers(url, 'Hello, world!\n'), 30, 'gunicorn answers')
        source = world.project / 'hello/__init__.py'
        source.write_text(source.read_text().replace('Hello, world!', 'Hello again!'))
        world.fake(*fake, 'pack', 'deploy', timeout=300)
        check(answer(url) == 'Hello again!\n', 'the change is served')
        lacks(world.fake(*fake, 'pack', 'deploy'), ' run: ', ' put: ')
    finally:
        master.terminate()
        master.wait()


def test_flask_older(world):
    address, = world.servers(1)
    www = world.folder / address / 'www'
    home = world.host_home(address)
    example(world, 'flask-older', [f'hosts = {address}', f'www = {www}', f'tmp = {home}'])
    fake = ['-f', 'servers.mk']
    world.fake(*fake, 'bootstrap', timeout=300)
    world.fake(*fake, 'pack', 'deploy', timeout=300)
    check('안녕하세요' in (www / 'application.cfg').read_text(), 'UTF-8 as it was')
    said = subprocess.run([www / 'env/bin/python', '-c', 'import yourapplication as a; print(a.__file__, a.GREETING)'],
                          capture_output=True, cwd='/', env=world.environment(), check=True).stdout.decode()
    check(said.startswith(str(www)) and '안녕하세요!' in said, said)
    check(not (home / 'yourapplication').exists() and not (home / 'yourapplication.tar.gz').exists(), 'clean')
    lacks(world.fake(*fake, 'bootstrap', 'pack', 'deploy'), ' run: ', ' put: ')
