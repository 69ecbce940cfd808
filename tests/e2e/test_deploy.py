"""The tutorials' main job: pack here, put, install, reload; nothing the second time."""
import getpass
import shutil
import subprocess

from harness import TOP, check, contains, lacks


def flask(world):
    """The example's project, with folders of their own for servers that share a machine."""
    world.servers(2)
    shutil.copytree(TOP / 'examples/flask', world.project, dirs_exist_ok=True)
    lines = ['include Fakefile', 'project = e2e', f'user = {getpass.getuser()}', f'ssh_port = {world.port}',
             f'hosts = {" ".join(world.addresses)}']
    for address in world.addresses:
        lines += [f'@{address}: www = {world.folder / address}/www', f'@{address}: tmp = {world.host_home(address)}']
    world.write('servers.mk', '\n'.join(lines) + '\n')


def greeting(world, address):
    python = world.folder / address / 'www/env/bin/python'
    return subprocess.run([python, '-c', 'import yourapplication; print(yourapplication.GREETING)'],
                          capture_output=True, text=True, check=True).stdout.strip()


def test_tutorial(world):
    flask(world)
    world.fake('-f', 'servers.mk', 'bootstrap', timeout=120)
    first = world.fake('-f', 'servers.mk', '--verbose', 'pack', 'deploy', timeout=120)
    contains(first, '[local] local: python3 setup.py', 'put: dist/yourapplication-1.0.tar.gz -> ')
    for address in world.addresses:
        check(greeting(world, address) == 'Hello, world!', 'deployed')
    again = world.fake('-f', 'servers.mk', 'pack', 'deploy')
    lacks(again, ' run: ', ' put: ', ' local: ')
    source = world.project / 'yourapplication/__init__.py'
    source.write_text(source.read_text().replace('Hello, world!', 'Hello again!'))
    changed = world.fake('-f', 'servers.mk', '--explain', 'bootstrap', 'pack', 'deploy', timeout=120)
    contains(changed, 'yourapplication', ' put: dist/')
    lacks(changed, 'put: application.wsgi')
    for address in world.addresses:
        check(greeting(world, address) == 'Hello again!', 'the change is deployed')


def test_touch_is_no_change(world):
    world.servers(1)
    world.fakefile('''
a.out: a.in
    cp a.in a.out
deploy @: a.out
    put a.out /%s/
    run echo installed
''' % world.folder)
    world.write('a.in', 'one\n')
    contains(world.fake('deploy'), 'installed')
    (world.project / 'a.in').touch()
    lacks(world.fake('deploy'), 'installed', 'cp a.in')
    world.write('a.in', 'two\n')
    contains(world.fake('deploy'), 'installed', 'cp a.in a.out')


def test_command_for_hosts(world):
    world.servers(3)
    world.fakefile('')
    a, b, c = world.addresses
    result = world.fake('-H', f'{a},{b}', '--', 'echo', 'on $HOME')
    contains(result, f'[{a}]', f'[{b}]', f'on {world.host_home(a)}', f'on {world.host_home(b)}')
    lacks(result, f'[{c}]')
    prefix = a.rsplit('.', 1)[0]
    result = world.fake('-H', f'{prefix}.[1-3]', '--', 'echo', 'ranged')
    contains(result, f'[{prefix}.[1-3]] out: ranged\n')


def test_goal_arguments(world):
    world.servers(1)
    world.fakefile('''
tag ?= none
deploy @:
    run echo tag is $(tag)
''')
    contains(world.fake('deploy:tag=v1'), 'out: tag is v1')
    contains(world.fake('deploy', 'tag=v2'), 'out: tag is v2')
    contains(world.fake('deploy'), 'out: tag is none')


def test_roles_with_variables(world):
    world.servers(3)
    a, b, c = world.addresses
    world.fakefile(f'''
@staging: hosts = {a}
@staging: branch = staging
@production: hosts = {b} {c}
@production: branch = master
show @:
    run echo $(host.name) has $(branch)
''')
    result = world.fake('-R', 'staging', 'show')
    contains(result, f'{a} has staging')
    lacks(result, b)
    result = world.fake('-R', 'production', '-x', c, 'show')
    contains(result, f'{b} has master')
    lacks(result, 'staging', c)


def test_hooks(world):
    world.servers(2)
    world.fakefile('''
deploy @:
    run echo the deploy
check @:
    run echo the check
restart @:
    run echo the restart
before deploy: check
after deploy: restart
''')
    result = world.fake('--verbose', 'deploy')
    for address in world.addresses:
        lines = [line for line in result.out.splitlines() if line.startswith(f'[{address}] out:')]
        check([line.split()[-1] for line in lines] == ['check', 'deploy', 'restart'], result)
