"""rules/gunicorn.mk, mod_wsgi.mk, python.mk, check.mk and util.mk, on the real servers they are for."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import urllib.request

from harness import check, contains, lacks, wait_until

APPLICATION = '''
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'%s']
'''


def port_of(address):
    with socket.socket() as free:
        free.bind((address, 0))
        return free.getsockname()[1]


def answer(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read().decode()


def answers(url, text):
    try:
        return answer(url) == text
    except OSError:
        return False


def gunicorn(world, more=''):
    """A server with a gunicorn that serves app.py; the Fakefile puts it there and reloads."""
    address, = world.servers(1)
    world.path = world.folder / address / 'app'
    world.path.mkdir()
    (world.path / 'app.py').write_text(APPLICATION % 'one')
    world.url = f'http://{address}:{port_of(address)}/'
    world.master = subprocess.Popen(
        ['gunicorn', '--pid', world.path / 'pid', '--bind', world.url[7:-1], '--workers', '2', '--graceful-timeout', '2', 'app:application'],
        cwd=world.path, env=world.environment(PYTHONDONTWRITEBYTECODE='1'), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=(world.folder / 'gunicorn.log').open('w'))
    world.children.append(world.master)
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


def test_gunicorn_reload(world):
    gunicorn(world, 'after reload-gunicorn: wait-for-url\ncheck_expect = two')
    try:
        world.write('app.py', APPLICATION % 'two')
        world.fake('deploy')
        check(answer(world.url) == 'two', 'the new workers serve')
        check(world.master.poll() is None, 'by the same master')
        lacks(world.fake('deploy'), 'Executing')
    finally:
        world.master.terminate()
        world.master.wait()


def test_gunicorn_that_cannot_load(world):
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


def test_gunicorn_that_dies(world):
    gunicorn(world)
    world.write('app.py', 'import no_such_module\n')
    contains(world.fake('deploy', code=2), 'err: reload-gunicorn: gunicorn ended')


def test_gunicorn_pid_file(world):
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


def apache(world):
    """A real Apache with mod_wsgi on a port of its own."""
    address, = world.servers(1)
    root = world.root = world.folder / address / 'www'
    root.mkdir()
    root.chmod(0o755)
    (root / 'application.wsgi').write_text(APPLICATION % 'one')
    world.url = f'http://{address}:{port_of(address)}/'
    modules = pathlib.Path('/usr/lib/apache2/modules')
    (root / 'apache.conf').write_text(f'''
ServerName {address}
ServerRoot {root}
PidFile {root}/apache.pid
Listen {world.url[7:-1]}
ErrorLog {root}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
WSGIScriptAlias / {root}/application.wsgi
<Directory {root}>
Require all granted
</Directory>
''')
    world.apache = ['/usr/sbin/apache2', '-f', str(root / 'apache.conf')]
    world.fakefile(f'''
app_path = {root}
include mod_wsgi.mk
apache_configtest = {" ".join(world.apache)} -t
apache_reload = {" ".join(world.apache)} -k graceful
deploy @:
    put application.wsgi {root}/
configure @:
    put apache.conf {root}/
after deploy: reload-wsgi
after configure: reload-apache
''')
    world.folder.chmod(0o755)
    (world.folder / address).chmod(0o755)
    subprocess.run(world.apache, check=True)
    wait_until(lambda: answers(world.url, 'one'), what='apache answers')
    return int((root / 'apache.pid').read_text())


def test_mod_wsgi(world):
    pid = apache(world)
    try:
        world.write('application.wsgi', APPLICATION % 'two', mode=0o644)
        world.fake('deploy')
        wait_until(lambda: answers(world.url, 'two'), what='the new script')
        before = (world.root / 'apache.conf').read_text()
        world.write('apache.conf', before + 'NoSuchDirective on\n')
        contains(world.fake('configure', code=2), 'NoSuchDirective')
        check(answers(world.url, 'two'), 'no reload of what is wrong')
        world.write('apache.conf', before + 'ServerTokens Prod\n')
        world.fake('configure')
        wait_until(lambda: answers(world.url, 'two'), what='reloaded')
        (world.root / 'application.wsgi').unlink()
        contains(world.fake('reload-wsgi', code=2), 'err: no wsgi file')
    finally:
        os.kill(pid, signal.SIGTERM)


def test_waiting(world):
    address, = world.servers(1)
    world.fakefile(f'''
include check.mk
check_address = {address}
check_seconds = 1
''')
    contains(world.fake('wait-for-port', f'check_port={port_of(address)}', code=2), 'err: wait-for-port: nothing at')
    world.fake('wait-for-port', f'check_port={world.port}')
    port = port_of(address)
    contains(world.fake('wait-for-url', f'check_port={port}', code=2), 'err: wait-for-url: ', 'did not answer within 1 s')
    (world.folder / 'site').mkdir()
    (world.folder / 'site/index.html').write_text("it's here\n")
    server = subprocess.Popen(['python3', '-m', 'http.server', '--bind', address, '--directory', world.folder / 'site',
                               str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.children.append(server)
    world.fake('wait-for-url', f'check_port={port}', "check_expect=it's here", 'check_seconds=10')
    contains(world.fake('wait-for-url', f'check_port={port}', 'check_expect=gone', code=2), "it's here")


def test_functions(world):
    world.servers(1)
    world.fakefile(r'''
include util.mk
text = a "b" $$HOME `id` \ end
define lines
one
two
endef
show @:
    run printf '%s\n' $(call dquote,$(text))
    run printf '%s\n' $(quote $(subst $(newline),|,$(call indent,> ,$(lines))))
    run echo sh:$(call has-command,sh): none:$(call has-command,no-such-command):
    run echo lo is $(call interface-address,lo)
''')
    contains(world.fake('show'), r'out: a "b" $HOME `id` \ end', 'out: > one|> two', 'sh:yes: none::',
             'lo is 127.0.0.1')


def test_python_package(world):
    address, = world.servers(1)
    shutil.copytree(pathlib.Path(__file__).resolve().parents[2] / 'examples/flask', world.project, dirs_exist_ok=True)
    world.fakefile(f'''
app_path = {world.folder}/{address}/www
install_tmp = {world.host_home(address)}
pip_options = -q --no-index
include python.mk
include mod_wsgi.mk
after install: reload-wsgi
''')
    world.fake('bootstrap', timeout=300)
    world.fake('pack', 'install', timeout=300)
    python = world.folder / address / 'www/env/bin/python'
    show = [python, '-c', 'import yourapplication; print(yourapplication.GREETING)']
    said = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    check(said == 'Hello, world!\n', said)
    lacks(world.fake('bootstrap', 'pack', 'install'), ' run: ', ' put: ')
