"""fake init: what it writes is read, planned and understood by fake, for each kind; it never writes over anything."""
import getpass
import os
import subprocess

from harness import check, contains, lacks

FLASK = 'from flask import Flask\n\nsite = Flask(__name__)\n'
SETUP = 'from setuptools import setup\nsetup(name="my-shop", version="1.0", packages=["my_shop"])\n'


def git(world):
    for command in (['init', '-q', '-b', 'trunk'], ['remote', 'add', 'origin', 'git@git.example.com:shop.git'], ['add', '.'],
                    ['-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'one']):
        subprocess.run(['git', *command], cwd=world.project, check=True, env=world.environment())


def dry(world, *goals):
    """-n on a server of the test, as `user` and `hosts` of the Fakefile are no servers; returns what it said."""
    address, = world.servers(1) if not world.addresses else world.addresses
    lines = [f'hosts={address}', f'ssh_port={world.port}', f'user={getpass.getuser()}', f'state_dir={world.host_home(address)}/.fake']
    return world.fake('-n', *goals, *lines, f'deploy_path={world.host_home(address)}', timeout=120)


def would(*tasks):
    return [f'would run {task} on ' for task in tasks]


def test_flask_mod_wsgi(world):
    world.write('my_shop/__init__.py', FLASK)
    world.write('setup.py', SETUP)
    world.write('requirements.txt', 'flask\n')
    contains(world.fake('init'), 'Fakefile: for my-shop, flask-mod_wsgi')
    text = (world.project / 'Fakefile').read_text()
    contains(text, 'project     = my-shop\n', 'wsgi_app = my_shop:site\n', '# requirements.txt is installed', '/var/www/my-shop')
    lacks(text, '{{', '}}')
    contains(dry(world, 'bootstrap'), *would('bootstrap', 'install-site', 'reload-apache'))
    contains(dry(world, 'deploy'), 'would run pack', *would('install', 'reload-wsgi', 'deploy'))


def test_flask_gunicorn(world):
    world.write('app.py', FLASK)
    world.write('pyproject.toml', '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "2"\n'
                'dependencies = ["flask", "gunicorn"]\n')
    contains(world.fake('init'), 'Fakefile: for shop, flask-gunicorn')
    contains((world.project / 'Fakefile').read_text(), '--bind 127.0.0.1:8000 app:site\n')
    contains(dry(world, 'deploy'), 'would run pack', *would('install', 'reload-gunicorn'))
    contains(dry(world, 'bootstrap', 'install', 'start'), *would('bootstrap', 'install', 'install-service', 'restart-service'))


def test_django(world):
    world.write('manage.py', '# of Django\n')
    world.write('shop/__init__.py', '')
    world.write('shop/wsgi.py', 'application = 1\n')
    world.write('blog/__init__.py', '')
    git(world)
    contains(world.fake('init'), ', django.')
    text = (world.project / 'Fakefile').read_text()
    contains(text, 'branch      = trunk\n', 'shop.wsgi:application\n', 'key for git@git.example.com:shop.git.', 'install --quiet django')
    lacks(text, 'requirements.txt')
    contains(dry(world, 'deploy'), *would('install-needs', 'static', 'migrate', 'publish-release', 'reload-gunicorn'))
    contains(dry(world, 'start'), *would('install-service'))


def test_static(world):
    world.write('public/index.html', 'hello\n')
    contains(world.fake('init'), ', static.')
    contains((world.project / 'Fakefile').read_text(), 'files   = public\n')
    contains(dry(world, 'deploy', f'www={world.folder}/www'), 'www/index.html: new')


def test_c_daemon(world):
    world.write('main.c', 'int main(void) { return 0; }\n')
    contains(world.fake('init'), ', c-daemon.')
    world.fake('project', code=0)
    check(os.access(world.project / 'project', os.X_OK), 'built')
    contains(dry(world, 'deploy'), *would('put-program', 'restart-service'))
    contains(dry(world, 'bootstrap'), *would('install-service', 'enable-service'))


def test_c_daemon_with_makefile(world):
    world.write('main.c', 'int main(void) { return 0; }\n')
    world.write('Makefile', 'all: project\nproject: main.c\n\tcc -o $@ $<\n')
    world.fake('init', 'c-daemon')
    contains((world.project / 'Fakefile').read_text(), 'include Makefile\n')
    world.fake()
    check(os.access(world.project / 'project', os.X_OK), 'built by the Makefile')
    contains(dry(world, 'deploy'), *would('put-program'))


def test_never_overwrites(world):
    world.write('Fakefile', 'all: ; @echo mine\n')
    contains(world.fake('init', 'static', code=2), 'there is a Fakefile: it is not written over')
    check((world.project / 'Fakefile').read_text() == 'all: ; @echo mine\n', 'as it was')
    os.rename(world.project / 'Fakefile', world.project / 'fakefile')
    contains(world.fake('init', 'static', code=2), 'there is a fakefile')
    check(os.listdir(world.project) == ['fakefile'], 'nothing else')
    # one above is another project's
    below = world.project / 'below'
    below.mkdir()
    world.fake('init', 'static', cwd=below)
    check((below / 'Fakefile').exists(), 'written where it was asked for')


def test_kinds(world):
    contains(world.fake('init', code=2), 'nothing here says what kind of project this is', 'fake init c-daemon')
    contains(world.fake('init', 'flusk', code=2), "init knows no kind 'flusk'", 'fake init flask-gunicorn')
    contains(world.fake('init', 'static', 'more', code=2), "init takes no 'more'")
    contains(world.fake('inti', code=2), "No rule to make target 'inti'", "did you mean 'init'?")
    nothing = world.fake('--list', code=2)
    check(nothing.out == '' and 'no makefile found' in nothing.err, nothing)
    check(os.listdir(world.project) == [], 'nothing is written')
    for kind in ('flask-mod_wsgi', 'flask-gunicorn', 'django', 'static', 'c-daemon'):
        world.fake('--init', kind)
        contains(world.fake('--list'), 'deploy @:')
        (world.project / 'Fakefile').unlink()


def test_a_target_called_init(world):
    world.write('Makefile', 'init:\n\t@echo mine\n')
    contains(world.fake('init'), 'mine')
    world.fake('--init', 'static')
