"""The examples of the stock rules, as they stand, on servers of the test."""
import getpass
import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import time

from harness import TOP, check, contains, lacks, wait_until
from test_rules_more import SYSTEMCTL, ended, nginx, quietly
from test_rules_servers import answer, answers, port_of
from web import Load


def example(world, name, lines):
    """The example's folder with a Fakefile around its own that puts it on the test's servers."""
    shutil.copytree(TOP / 'examples' / name, world.project, dirs_exist_ok=True)
    head = ['include Fakefile', f'ssh_port = {world.port}', f'user = {getpass.getuser()}']
    world.write('servers.mk', '\n'.join(head + lines) + '\n')


def commands(name):
    """The lines `fake …` of the example's README, in its order, each as a list of arguments."""
    text = (TOP / 'examples' / name / 'README.md').read_text()
    return [shlex.split(line, comments=True)[1:] for line in re.findall(r'^    (fake\b.*)', text, flags=re.M)]


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
    show, deploy_staging, deploy_tag, pending, rollback, rollback_to = (['-f', 'servers.mk', *command] for command in commands('releases'))
    contains(world.fake(*show), 'out: staging')
    result = world.fake(*deploy_staging)
    contains(result, f'out: restarted at {staging}')
    lacks(result, one, two)
    world.fake(*deploy_tag)
    for address in world.addresses:
        check((world.folder / address / 'www/current/README.md').exists(), 'live')
        check(os.readlink(world.folder / address / 'www/current/log') == f'{world.folder}/{address}/www/shared/log', 'linked')
    first = os.path.basename(os.readlink(world.folder / one / 'www/current'))
    git(world, 'commit', '-q', '--allow-empty', '-m', 'the second')
    contains(world.fake(*pending), 'the second')
    time.sleep(1.05)  # names of releases are seconds
    world.fake('-f', 'servers.mk', '-R', 'production', 'deploy')
    contains(world.fake(*rollback), f'out: restarted at {one}')
    for address in (one, two):
        check(os.path.basename(os.readlink(world.folder / address / 'www/current')) == first, 'rolled back')
    world.fake(*(word.replace('NAME', first) for word in rollback_to))


def test_flask(world):
    address, = world.servers(1)
    www = world.folder / address / 'www'
    example(world, 'flask', [f'hosts = {address}', f'www = {www}', f'tmp = {world.host_home(address)}'])
    bootstrap, deploy = (['-f', 'servers.mk', *(word.replace('newserver.example.com', address) for word in command)]
                         for command in commands('flask'))
    world.fake(*bootstrap, timeout=300)
    world.fake(*deploy, timeout=300)
    said = subprocess.run([www / 'env/bin/python', '-c', 'import yourapplication as a; print(a.GREETING)'],
                          capture_output=True, cwd='/', env=world.environment(), check=True).stdout.decode()
    check(said == 'Hello, world!\n', said)
    lacks(world.fake(*bootstrap, *deploy[2:]), ' run: ', ' put: ')


def test_gunicorn(world):
    address, = world.servers(1)
    path = world.folder / address / 'srv'
    account = f'{getpass.getuser()}@{address}'
    example(world, 'gunicorn', [f'hosts = {account}', f'app_path = {path}', f'install_tmp = {world.host_home(address)}',
                                'pip_options = -q --no-index'])
    path.mkdir()
    subprocess.run(['/usr/bin/python3', '-m', 'venv', '--system-site-packages', path / 'env'], check=True)
    bootstrap, deploy = (['-f', 'servers.mk', *command] for command in commands('gunicorn'))
    world.fake(*bootstrap, timeout=300)
    contains(world.fake(*deploy, code=2, timeout=300), 'err: reload-gunicorn: no pid file')
    url = f'http://{address}:{port_of(address)}/'
    master = subprocess.Popen([path / 'env/bin/python', '-m', 'gunicorn', '--pid', path / 'gunicorn.pid', '--bind', url[7:-1],
                               '--graceful-timeout', '2', 'hello:application'], cwd=path, env=world.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.children.append(master)
    try:
        wait_until(lambda: answers(url, 'Hello, world!\n'), 30, 'gunicorn answers')
        source = world.project / 'hello/__init__.py'
        source.write_text(source.read_text().replace('Hello, world!', 'Hello again!'))
        result = world.fake(*deploy, timeout=300)
        said = result.out.split('\n\nhost ')[0]
        for here, there in ((account, 'admin@web1.example.com'), (f'{path}', '/srv/hello'), (f'{world.host_home(address)}', '/tmp'),
                            ('-q --no-index', '--quiet --use-pep517')):
            said = said.replace(here, there)
        transcript = (world.project / 'README.md').read_text().split('```\n')[1]
        check(said + '\n' == transcript, said)
        check(answer(url) == 'Hello again!\n', 'the change is served')
        lacks(world.fake(*deploy), ' run: ', ' put: ')
    finally:
        master.terminate()
        master.wait()


def test_flask_older(world):
    address, = world.servers(1)
    www = world.folder / address / 'www'
    home = world.host_home(address)
    example(world, 'flask-older', [f'hosts = {address}', f'www = {www}', f'tmp = {home}'])
    bootstrap, deploy = (['-f', 'servers.mk', *(word.replace('newserver.example.com', address) for word in command)]
                         for command in commands('flask-older'))
    world.fake(*bootstrap, timeout=300)
    world.fake(*deploy, timeout=300)
    check('안녕하세요' in (www / 'application.cfg').read_text(), 'UTF-8 as it was')
    said = subprocess.run([www / 'env/bin/python', '-c', 'import yourapplication as a; print(a.__file__, a.GREETING)'],
                          capture_output=True, cwd='/', env=world.environment(), check=True).stdout.decode()
    check(said.startswith(str(www)) and '안녕하세요!' in said, said)
    check(not (home / 'yourapplication').exists() and not (home / 'yourapplication.tar.gz').exists(), 'clean')
    lacks(world.fake(*bootstrap, *deploy[2:]), ' run: ', ' put: ')


def connect(address, port):
    with socket.create_connection((address, port), 5) as connection:
        return connection.makefile().read()


def test_daemon(world):
    """Built by cc, its unit checked by systemd-analyze; systemctl is a stand-in, as systemd is no process 1 here."""
    address, = world.servers(1)
    root, port = world.folder / address / 'systemd', port_of(world.addresses[0])
    for folder in ('units', 'loaded'):
        (root / folder).mkdir(parents=True)
    (root / 'systemctl').write_text(SYSTEMCTL)
    (root / 'systemctl').chmod(0o755)
    example(world, 'daemon', [f'hosts = {address}', f'bin = {root}/greeterd', f'port = {port}', f'check_address = {address}',
                              f'service_command = $(bin) $(port) {address}', f'systemd_folder = {root}/units', 'service_user =',
                              f'systemctl = {root}/systemctl', 'service_steady = 1'])
    build, first, again = (['-f', 'servers.mk', *command] for command in commands('daemon'))
    try:
        world.fake(*build)
        check((world.project / 'greeterd').exists(), 'built')
        world.fake(*first)
        check(connect(address, port) == 'Hello, world!\n', 'it answers')
        pid = (root / 'pid').read_text()
        lacks(world.fake(*again), 'Executing', 'cc ')
        source = world.project / 'answer.c'
        source.write_text(source.read_text().replace('world', 'daemon'))
        world.fake(*again)
        check(connect(address, port) == 'Hello, daemon!\n', 'the new program')
        check((root / 'pid').read_text() != pid, 'restarted')
        pid = (root / 'pid').read_text()
        source.write_text(source.read_text() + '/* a comment */\n')
        contains(world.fake(*again), 'cc -O2 -Wall -c -o answer.o answer.c')
        check((root / 'pid').read_text() == pid, 'a comment goes no further')
    finally:
        subprocess.run(['sh', '-c', f'kill $(cat {root}/pid)'], stderr=subprocess.DEVNULL)


def test_system(world):
    """Real nginx and gunicorns; not one request fails while the web servers are changed one after the other."""
    balancer, one, two, three, database = world.servers(5)
    web = (one, two, three)
    with contextlib.ExitStack() as stack:
        lines = stack.enter_context(nginx(world, balancer)).splitlines()
        data, store = world.folder / database / 'data', port_of(database)
        url = f'http://{balancer}:{port_of(balancer)}/'
        ports = {address: port_of(address) for address in web}
        example(world, 'system', lines + [
            f'@balancer: hosts = {balancer}', f'@web: hosts = {" ".join(web)}', f'@database: hosts = {database}',
            f'database_path = {data}', f'database_url = http://{database}:{store}/', f'nginx_listen = {url[7:-1]}',
            f'web_path = {world.folder}/$(host.name)/app', *(f'@{address}: backend_port = {ports[address]}' for address in web)])
        data.mkdir()
        for address in web:
            (world.folder / address / 'app').mkdir()
        first, deploy, again, drain, undrain = (
            ['-f', 'servers.mk', *(word.replace('web1.example.com', one) for word in command)] for command in commands('system'))
        world.fake(*first)
        stack.enter_context(ended(quietly(['python3', world.project / 'database/store.py', database, str(store), data / 'greetings.json'])))
        for address in web:
            path = world.folder / address / 'app'
            stack.enter_context(ended(quietly(
                ['gunicorn', '--pid', path / 'gunicorn.pid', '--bind', f'{address}:{ports[address]}', '--graceful-timeout', '20',
                 '--threads', '4', 'application:application'], cwd=path, env=world.environment(PYTHONDONTWRITEBYTECODE='1'))))
        for address in web:
            wait_until(lambda: answers(f'http://{address}:{ports[address]}/', f'Hello from {address}, version one\n'), 30, address)
        lacks(world.fake(*again, 'first=yes'), 'Executing')
        source = world.project / 'app/application.py'
        source.write_text(source.read_text().replace("'one'", "'two'"))
        with Load(url) as load:
            result = world.fake(*deploy, timeout=120)
        check(not load.failures and len(load.texts) > 50, (load.failures[:3], len(load.texts)))
        check({text.split()[-1] for text in load.texts} == {'one', 'two'}, 'old and new were served')
        check({answer(url) for _ in range(12)} == {f'Hello from {address}, version two\n' for address in web}, 'all are new')
        steps = [line for line in result.out.splitlines() if "'drain'" in line or "'undrain'" in line]
        check([line.split("'")[1] for line in steps] == ['drain', 'undrain'] * 3, steps)
        lacks(world.fake(*again), 'Executing')
        world.fake(*drain)
        check(not any(one in answer(url) for _ in range(9)), 'drained')
        world.fake(*undrain)
        check(any(one in answer(url) for _ in range(9)), 'back')
        # the second host's new application does not come up: the first is done, the third untouched, no visitor sees it
        source.write_text(source.read_text().replace("'two'", "'three' if '%s' in settings.HOST else no_such_name" % one))
        with Load(url) as load:
            contains(world.fake(*deploy, code=2, timeout=120), 'no_such_name', 'the application cannot be loaded')
        check(not load.failures, load.failures[:3])
        check({answer(url).split(',')[1] for _ in range(9)} == {' version three\n', ' version two\n'}, 'one is new, three is as it was')


def test_django(world):
    """Debian's Django and gunicorn: migrated once, static files collected, told one after the other; a broken release stays out."""
    one, two = world.servers(2)
    www = {address: world.folder / address / 'www' for address in (one, two)}
    example(world, 'django', [f'@web: hosts = {one} {two}', f'deploy_path = {world.folder}/$(host.name)/www', 'pip_options = -q --no-index',
                              f'database = {world.folder}/shop.sqlite3'])
    (world.project / 'django.key').write_text('very-secret-key\n')
    for path in www.values():
        path.mkdir()
        subprocess.run(['/usr/bin/python3', '-m', 'venv', '--system-site-packages', path / 'shared/env'], check=True)
    git(world, 'init', '-q', '-b', 'master')
    git(world, 'add', '.')
    git(world, 'commit', '-q', '-m', 'one')
    configure, deploy, again, rollback = (['-f', 'servers.mk', *command] for command in commands('django'))
    lacks(world.fake(*configure), 'very-secret-key')
    contains((www[one] / 'shared/shop/local.py').read_text(), "SECRET_KEY = 'very-secret-key'")
    result = world.fake(*deploy, timeout=300)
    check(result.out.count('Applying visits.0001_initial... OK') == 1, result)
    for path in www.values():
        check((path / 'current/static/visits/style.css').exists(), 'static files')
    lacks(world.fake(*again), 'Executing')
    urls = {address: f'http://{address}:{port_of(address)}/' for address in www}
    with contextlib.ExitStack() as stack:
        for address, path in www.items():
            stack.enter_context(ended(quietly(
                [path / 'shared/env/bin/python', '-m', 'gunicorn', '--chdir', path / 'current', '--pid', path / 'shared/gunicorn.pid',
                 '--bind', urls[address][7:-1], 'shop.wsgi'], env=world.environment(PYTHONDONTWRITEBYTECODE='1'))))
            wait_until(lambda: answer_or_none(urls[address]), 30, f'{address} answers')
        before = int(answer(urls[one]).split()[1])
        check(int(answer(urls[two]).split()[1]) == before + 1, 'one database')
        views = world.project / 'visits/views.py'
        views.write_text(views.read_text().replace("'visit {", "'visit number {").replace("f'visit", "f'visit number"))
        git(world, 'commit', '-q', '-a', '-m', 'two')
        result = world.fake(*deploy, timeout=300)
        for url in urls.values():
            contains(answer(url), 'visit number')
        told = [line for line in result.out.splitlines() if "'reload-gunicorn'" in line]
        check(len(told) == 2, f'one after the other: {told}')
        views.write_text('import no_such_module\n')
        git(world, 'commit', '-q', '-a', '-m', 'three')
        contains(world.fake(*deploy, code=2, timeout=300), 'no_such_module')
        for url in urls.values():
            contains(answer(url), 'visit number')
        world.fake(*rollback, timeout=300)
        for url in urls.values():
            lacks(answer(url), 'number')


def answer_or_none(url):
    try:
        return answer(url)
    except OSError:
        return None
