"""rules/mod_wsgi.mk, python.mk, check.mk and util.mk, on the real servers they are for."""
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import urllib.request

from harness import check, contains, lacks, wait_until
from web import Load

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
{"User www-data" if os.geteuid() == 0 else ""}
{"Group www-data" if os.geteuid() == 0 else ""}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
IncludeOptional {root}/sites/*.conf
WSGIScriptAlias / {root}/application.wsgi
<Directory {root}>
Require all granted
</Directory>
''')
    (root / 'sites').mkdir()
    world.apache = ['/usr/sbin/apache2', '-f', str(root / 'apache.conf')]
    world.fakefile(f'''
app_path = {root}
apache_site = {root}/site.conf
apache_enabled = {root}/sites/site.conf
apache_configtest = {" ".join(world.apache)} -t
apache_reload = {" ".join(world.apache)} -k graceful
include mod_wsgi.mk
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


def test_mod_wsgi_site(world):
    """A site that Apache refuses is not left there, neither the first nor a later one, and nothing is reloaded."""
    pid = apache(world)
    site, enabled = world.root / 'site.conf', world.root / 'sites/site.conf'
    try:
        world.write('apache.conf', 'NoSuchDirective $(host.name)\n')
        contains(world.fake('install-site', code=2), 'NoSuchDirective', f'refuses the new {site}: the old state is back')
        check(not site.exists() and not enabled.is_symlink(), 'there was none')
        check(answer(world.url) == 'one', 'it serves on')
        (world.root / 'two.wsgi').write_text(APPLICATION % 'two')
        world.write('apache.conf', f'WSGIScriptAlias /two {world.root}/two.wsgi\n# for $(host.name), ${{APACHE}}\n')
        first = answer(world.url + 'two')
        world.fake('install-site')
        check(first == 'one', 'before: no such place')
        wait_until(lambda: answers(world.url + 'two', 'two'), what='the site is served')
        right = site.read_text()
        check(right.endswith(f'# for {world.addresses[0]}, ${{APACHE}}\n'), right)
        lacks(world.fake('install-site'), 'Executing')
        world.write('apache.conf', 'NoSuchDirective on\n')
        with Load(world.url + 'two') as load:
            contains(world.fake('install-site', code=2), 'NoSuchDirective')
        check(not load.failures and set(load.texts) == {'two'}, (load.failures, set(load.texts)))
        check(site.read_text() == right and answer(world.url + 'two') == 'two', 'the old file is back')
        check(sorted(os.listdir(world.root / 'sites')) == ['site.conf'], 'nothing is left')
    finally:
        os.kill(pid, signal.SIGTERM)


def test_mod_wsgi_stock_site(world):
    """The site that mod_wsgi.mk makes of its variables; python.mk's wsgi file."""
    pid = apache(world)
    try:
        fakefile = world.project / 'Fakefile'
        port = port_of(world.addresses[0])
        own = (world.root / 'apache.conf').read_text().replace('Listen ', f'Listen {world.addresses[0]}:{port}\nListen ')
        (world.root / 'apache.conf').write_text(own)
        fakefile.write_text(f'apache_port = {port}\nvenv = /usr\nwsgi_file = {world.root}/app.wsgi\n' + fakefile.read_text())
        (world.root / 'app.wsgi').write_text(APPLICATION % 'stock')
        world.fake('install-site')
        wait_until(lambda: answers(f'http://{world.addresses[0]}:{port}/', 'stock'), what='the site is served')
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


PARENT_OF_A_ZOMBIE = '''
import os, signal
for lives in (True, False):
    child = os.fork()
    if not child:
        signal.pause() if lives else os._exit(0)
    if lives:
        print(child, flush=True)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print(child, flush=True)
signal.pause()
'''


def test_children_that_live(world):
    """A zombie is a child no more."""
    world.servers(1)
    parent = subprocess.Popen(['python3', '-c', PARENT_OF_A_ZOMBIE], stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        living, zombie = (parent.stdout.readline().strip() for _ in range(2))
        world.fakefile(f'''
include util.mk
show @:
    run {{
        $(host_functions)
        echo children: $$(children {parent.pid})
        lives {living} && ! lives {zombie} && echo right
    }}
''')
        contains(world.fake('show'), f'out: children: {living}\n', 'out: right')
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()


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


def sdist(folder, name, text):
    """A small distribution, as an index has it."""
    source = folder / f'{name}-1.0'
    source.mkdir()
    (source / 'setup.py').write_text(f'from setuptools import setup\nsetup(name="{name}", version="1.0", py_modules=["{name}"])\n')
    (source / f'{name}.py').write_text(text)
    archive = folder / f'{name}-1.0.tar.gz'
    subprocess.run(['tar', '-czf', archive, '-C', folder, source.name], check=True)
    shutil.rmtree(source)
    return hashlib.sha256(archive.read_bytes()).hexdigest()


PYPROJECT = '''[build-system]
requires = ["setuptools", "wheel"]
build-backend = "setuptools.build_meta"
%s'''
PROJECTS = {
    'pyproject': {'pyproject.toml': PYPROJECT % '[project]\nname = "app"\nversion = "1.2"\n[tool.setuptools]\npackages = ["app"]\n'},
    'setup.cfg': {'pyproject.toml': PYPROJECT % '', 'setup.cfg': '[metadata]\nname = app\nversion = 1.2\n[options]\npackages = app\n'},
}


def python_project(world, files):
    address, = world.servers(1)
    for name, text in dict(files, **{'app/__init__.py': 'import helper\nGREETING = helper.GREETING\n'}).items():
        world.write(name, text)
    index = world.folder / 'index'
    index.mkdir()
    for wheel in pathlib.Path('/usr/share/python-wheels').glob('*.whl'):
        shutil.copy(wheel, index)
    world.fakefile(f'''
app_path = {world.folder}/{address}/www
install_tmp = {world.host_home(address)}
pip_options = -q --use-pep517 --no-index --find-links={index}
include python.mk
''')
    return index, world.folder / address / 'www'


def greeting(www):
    show = [www / 'env/bin/python', '-c', 'import app; print(app.GREETING)']
    return subprocess.run(show, capture_output=True, text=True, cwd='/', check=True).stdout.strip()


def test_python_pyproject(world):
    index, www = python_project(world, PROJECTS['pyproject'])
    digest = sdist(index, 'helper', 'GREETING = "hashed"\n')
    world.write('requirements.txt', f'helper==1.0 --hash=sha256:{"0" * 64}\n')
    contains(world.fake('install', code=2, timeout=300), 'DO NOT MATCH THE HASHES')
    world.write('requirements.txt', f'helper==1.0 --hash=sha256:{digest}\n')
    world.fake('install', timeout=300)
    check(greeting(www) == 'hashed', 'with what it needs')
    # nothing but the tree counts: neither times nor what Python leaves
    archive = world.project / 'dist/app-1.2.tar.gz'
    before = archive.read_bytes()
    subprocess.run(['/usr/bin/python3', '-m', 'compileall', '-q', world.project / 'app'], check=True)
    os.utime(world.project / 'app/__init__.py', (1, 1))
    archive.unlink()
    lacks(world.fake('install'), ' put: ', 'pip install')
    check(archive.read_bytes() == before, 'the same bytes')


def test_python_setup_cfg(world):
    index, www = python_project(world, PROJECTS['setup.cfg'])
    sdist(index, 'helper', 'GREETING = "from a wheel"\n')
    world.write('requirements.txt', 'helper\n')
    world.fake('install', timeout=300)
    check(greeting(www) == 'from a wheel', 'with what it needs')
    check((world.project / 'dist/app-1.2.tar.gz').exists(), 'named by setup.cfg')
    check(list((www / '.pip-cache/wheels').rglob('helper-1.0-*.whl')), 'the wheel is kept')
    (world.project / 'pyproject.toml').unlink()
    contains(world.fake('pack', code=2), 'there is neither setup.py nor pyproject.toml')


def test_python_bootstrap(world):
    index, www = python_project(world, PROJECTS['pyproject'])
    world.write('application.cfg', "HOST = '$(host.name)'\nPRICE = '$5'\n")
    world.fake('bootstrap', 'wsgi_app=app:wsgi', 'wsgi_config=APP_CONFIG', timeout=300)
    check((www / 'application.cfg').read_text() == f"HOST = '{world.addresses[0]}'\nPRICE = '$5'\n", 'expanded')
    wsgi = (www / 'application.wsgi').read_text()
    contains(world.fake('bootstrap', f'app_path={www}/application.cfg/below', code=2), 'as root there: install -d -o ', f' {www}/application.cfg/below')
    check(wsgi == f"import os\nos.environ['APP_CONFIG'] = '{www}/application.cfg'\nfrom app import wsgi as application\n", wsgi)
