"""rules/nginx.mk, supervisor.mk, systemd.mk, config.mk and git.mk: on real servers, but for systemctl."""
import contextlib
import os
import subprocess

from harness import check, contains, lacks, wait_until
from test_rules_servers import answer, answers, port_of

NGINX = '/usr/sbin/nginx'


def git(folder, *arguments):
    subprocess.run(['git', '-c', 'user.name=Tester', '-c', 'user.email=tester@example.com', '-c', 'init.defaultBranch=master',
                    *arguments], cwd=folder, check=True, capture_output=True)


@contextlib.contextmanager
def ended(process):
    """A process that is ended as its users end it: killed, it would leave its workers."""
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def quietly(command, **options):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


@contextlib.contextmanager
def nginx(world, address):
    """A real nginx, a process of this user, that reads sites/*.conf below its folder; its lines for the Fakefile."""
    root = world.nginx = world.folder / address / 'nginx'
    (root / 'sites').mkdir(parents=True)
    (root / 'nginx.conf').write_text(f'''
pid {root}/pid;
error_log {root}/error.log;
events {{}}
http {{
access_log off;
{''.join(f"{kind}_temp_path {root}/{kind};" for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))}
include {root}/sites/*.conf;
}}
''')
    world.folder.chmod(0o755)
    (world.folder / address).chmod(0o755)
    options = ['-c', str(root / 'nginx.conf'), '-e', str(root / 'error.log')]
    with ended(quietly([NGINX, *options, '-g', 'daemon off;'])):
        wait_until((root / 'pid').exists, what='nginx runs')
        yield f'''
nginx_site = {root}/sites/app.conf
nginx_name = app
nginx = {NGINX} {" ".join(options)}
nginx_pid = {root}/pid
'''


@contextlib.contextmanager
def proxy(world):
    """Two servers behind an nginx that install-proxy has configured."""
    balancer, one, two = world.servers(3)
    with nginx(world, balancer) as lines:
        for address in (one, two):
            site = world.folder / address / 'site'
            site.mkdir()
            (site / 'index.html').write_text(address)
            port = port_of(address)
            world.children.append(quietly(['python3', '-m', 'http.server', '--bind', address, '--directory', site, str(port)]))
            lines += f'@{address}: backend_port = {port}\n'
            wait_until(lambda: answers(f'http://{address}:{port}/', address), what='a backend answers')
        url = f'http://{balancer}:{port_of(balancer)}/'
        world.fakefile(f'''
@balancer: hosts = {balancer}
@web: hosts = {one} {two}
nginx_listen = {url[7:-1]}
{lines}
include nginx.mk
''')
        world.fake('install-proxy')
        wait_until(lambda: answers(url, one) or answers(url, two), what='the proxy answers')
        yield one, two, url


def test_nginx(world):
    with proxy(world) as (one, two, url):
        site = (world.nginx / 'sites/app.conf').read_text()
        seen = {answer(url) for _ in range(8)}
        check(seen == {one, two}, seen)
        lacks(world.fake('install-proxy'), 'Executing')
        contains(world.fake('install-proxy', 'nginx_listen=nonsense:port', code=2), 'nonsense',
                 f'{NGINX} refuses the new {world.nginx}/sites/app.conf: the old state is back')
        check((world.nginx / 'sites/app.conf').read_text() == site and answer(url) in (one, two), 'as before')
        check(os.listdir(world.nginx / 'sites') == ['app.conf'], 'nothing is left')
        (world.nginx / 'sites/other.conf').write_text('nonsense;\n')
        contains(world.fake('reload-nginx', code=2), 'nginx refuses its configuration: not reloaded')
        check(answer(url) in (one, two), 'it serves on')


def test_nginx_drain(world):
    with proxy(world) as (one, two, url):
        before = (world.nginx / 'sites/app.conf').read_text()
        world.fake('-H', one, 'drain')
        check({answer(url) for _ in range(8)} == {two}, 'one is drained')
        contains(world.fake('-H', two, 'drain', code=2), 'no other host would be left to serve')
        check(answer(url) == two, 'two serves on')
        world.fake('-H', one, 'undrain')
        check({answer(url) for _ in range(8)} == {one, two}, 'both serve')
        check((world.nginx / 'sites/app.conf').read_text() == before, 'the site is as it was')


def supervisor(world):
    address, = world.servers(1)
    root = world.folder / address / 'supervisor'
    (root / 'conf.d').mkdir(parents=True)
    (root / 'supervisord.conf').write_text(f'''
[unix_http_server]
file={root}/socket
[supervisord]
logfile={root}/log
pidfile={root}/pid
childlogdir={root}
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{root}/socket
[include]
files={root}/conf.d/*.conf
''')
    world.children.append(quietly(['/usr/bin/supervisord', '-c', root / 'supervisord.conf']))
    wait_until((root / 'socket').exists, what='supervisor runs')
    world.fakefile(f'''
supervisor_program = app
supervisor_command = sleep 1000
supervisor_conf = {root}/conf.d/app.conf
supervisorctl = /usr/bin/supervisorctl -c {root}/supervisord.conf
supervisor_seconds = 20
supervisor_lines = startsecs=1
include supervisor.mk
''')
    return root


def pid_of(world):
    return world.fake('show-program').out.split('pid ')[1].split(',')[0]


def test_supervisor(world):
    root = supervisor(world)
    try:
        world.fake('install-program')
        first = pid_of(world)
        lacks(world.fake('install-program'), 'Executing')
        world.fake('restart-program')
        second = pid_of(world)
        check(first != second, 'another process')
        world.fake('install-program', 'supervisor_command=sleep 1001')
        check(second != pid_of(world), 'the new command')
        contains(world.fake('install-program', 'supervisor_lines=startsecs=many', code=2), 'the old state is back')
        check('sleep 1001' in (root / 'conf.d/app.conf').read_text(), 'the old file')
        contains(world.fake('install-program', 'supervisor_command=sh -c "echo out of order; exit 7"',
                            'supervisor_lines=startretries=0', code=2), 'FATAL', 'err: out of order', 'the program does not run')
        contains(world.fake('restart-program', 'supervisor_program=other', code=2), 'no such process')
    finally:
        world.children[-1].terminate()
        world.children[-1].wait()


# A stand-in: systemd is no process 1 in the tests. It runs ExecStart of the unit and knows what rules/systemd.mk asks.
SYSTEMCTL = r'''#!/bin/sh
root=${0%/*}
echo "$*" >>"$root/calls"
for unit; do :; done
pid=$(cat "$root/pid" 2>/dev/null)
case $1 in
daemon-reload) cp "$root"/units/* "$root/loaded/" ;;
restart)
    [ -e "$root/loaded/$unit" ] || cp "$root/units/$unit" "$root/loaded/"
    [ -z "$pid" ] || kill "$pid"
    while case $(ps -p "$pid" -o stat= 2>/dev/null) in '' | Z*) false ;; esac; do sleep 0.02; done
    setsid $(sed -n 's/^ExecStart=//p' "$root/loaded/$unit") >/dev/null 2>&1 &
    echo $! >"$root/pid" ;;
reload) kill -HUP "$pid" ;;
is-active) case $(ps -p "$pid" -o stat=) in '' | Z*) echo failed; exit 3 ;; esac; echo active ;;
show)
    case $* in
    *MainPID*) echo "$pid" ;;
    *) [ -e "$root/loaded/$unit" ] && ! cmp -s "$root/units/$unit" "$root/loaded/$unit" && echo yes || echo no ;;
    esac ;;
status) echo "$unit: a stand-in for systemctl" ;;
esac
'''


def test_systemd(world):
    address, = world.servers(1)
    root = world.folder / address / 'systemd'
    for folder in ('units', 'loaded'):
        (root / folder).mkdir(parents=True)
    (root / 'systemctl').write_text(SYSTEMCTL)
    (root / 'systemctl').chmod(0o755)
    calls = lambda: (root / 'calls').read_text().splitlines()
    world.fakefile(f'''
systemd_unit = app.service
service_command = /bin/sleep 1000
systemd_folder = {root}/units
systemctl = {root}/systemctl
service_seconds = 10
service_steady = 1
include systemd.mk
after install-service: restart-service
''')
    try:
        world.fake('install-service')
        check(calls().count('daemon-reload') == 1 and calls().count('restart app.service') == 1, calls())
        lacks(world.fake('install-service'), 'Executing')
        world.fake('restart-service')
        check(calls().count('daemon-reload') == 1, 'only when the unit changed')
        first = (root / 'pid').read_text()
        for wrong in ('service_lines=Restrat=always', 'service_lines=Type=smple', 'service_command=/no/such/program'):
            contains(world.fake('install-service', wrong, code=2), 'app.service', '--check failed: the old file stays')
        check('sleep 1000' in (root / 'units/app.service').read_text() and first == (root / 'pid').read_text(), 'as it was')
        world.fake('install-service', 'service_command=/bin/sleep 1001')
        check(calls().count('daemon-reload') == 2, 'the unit changed')
        contains(world.fake('install-service', 'service_command=/bin/false', code=2), 'err: restart-service: app.service is failed',
                 'a stand-in for systemctl')
    finally:
        subprocess.run(['sh', '-c', f'kill $(cat {root}/pid)'], stderr=subprocess.DEVNULL)


def test_config(world):
    address, = world.servers(1)
    target = world.folder / address / 'settings.py'
    world.write('settings.py.in', "HOST = '$(host.name)'\nCOST = '$5'\n# 설정\n")
    world.fakefile(f'''
config_template = settings.py.in
config_file = {target}
config_keep = yes
include config.mk
''')
    contains(world.fake('config-exists'), 'out: no')
    contains(world.fake('config-diff'), f"out: +HOST = '{address}'")
    contains(world.fake('config-changed'), 'out: yes')
    contains(world.fake('config-show-new'), "out: COST = '$5'")
    check(not target.exists(), 'nothing is written yet')
    world.fake('config-setup')
    check(target.read_text() == f"HOST = '{address}'\nCOST = '$5'\n# 설정\n", target.read_text())
    check(target.stat().st_mode & 0o777 == 0o640, 'its mode')
    lacks(world.fake('config-setup'), 'Executing')
    contains(world.fake('config-changed'), 'out: no')
    contains(world.fake('config-show'), 'out: # 설정')
    target.write_text('by hand\n')
    contains(world.fake('config-diff'), 'out: -by hand')
    world.fake('config-setup')
    kept = [path for path in target.parent.glob('settings.py.*')]
    check(len(kept) == 1 and kept[0].read_text() == 'by hand\n', kept)
    kept[0].unlink()
    world.fake('config-backup')
    check(len(list(target.parent.glob('settings.py.*'))) == 1, 'kept')
    world.fake('config-edit', 'config_editor=sed -i s/5/6/')
    check("'$6'" in target.read_text(), 'edited')


def test_config_repository(world):
    one, two = world.servers(2)
    repository = world.folder / 'config'
    repository.mkdir()
    for address in (one, two):
        (repository / f'{address}.cfg').write_text(f'for {address}\n')
    git(repository, 'init', '-q')
    git(repository, 'add', '.')
    git(repository, 'commit', '-q', '-m', 'one')
    world.fakefile(f'config_repository = {repository}\nconfig_file = application.cfg\ninclude config.mk\n')
    world.fake('config-link')
    for address in (one, two):
        check((world.host_home(address) / 'application.cfg').read_text() == f'for {address}\n', 'its own')
    lacks(world.fake('config-link'), 'Executing')
    contains(world.fake('config-link', 'config_active=no-such.cfg', code=2), 'has no no-such.cfg')
    check((world.host_home(one) / 'application.cfg').read_text() == f'for {one}\n', 'the old link stays')


def test_git(world):
    address, = world.servers(1)
    source, tree = world.folder / 'source', world.host_home(address) / 'tree'
    source.mkdir()
    git(source, 'init', '-q')
    (source / 'file').write_text('one\n')
    git(source, 'add', 'file')
    git(source, 'commit', '-q', '-m', 'one')
    git(source, 'tag', 'v0.1')
    (source / 'file').write_text('two\n')
    git(source, 'commit', '-q', '-a', '-m', 'two')
    world.fakefile(f'git_url = {source}\ngit_path = {tree}\ninclude git.mk\n')
    world.fake('git-checkout')
    check((tree / 'file').read_text() == 'two\n', 'the branch')
    world.fake('git-checkout:tag=v0.1')
    check((tree / 'file').read_text() == 'one\n', 'the tag')
    contains(world.fake('git-describe'), 'out: v0.1')
    commit = subprocess.run(['git', 'rev-parse', 'HEAD'], cwd=source, capture_output=True, text=True, check=True).stdout.strip()
    world.fake(f'git-checkout:commit={commit}')
    check((tree / 'file').read_text() == 'two\n', 'the commit')
    contains(world.fake('git-checkout:tag=v9', code=2), 'there is no refs/tags/v9 in')
    (tree / 'file').write_text('by hand\n')
    contains(world.fake('git-status'), 'out:  M file')
    contains(world.fake('git-checkout', code=2), 'by hand', ' M file')
    world.fake('git-stash')
    world.fake('git-checkout')
    check((tree / 'file').read_text() == 'two\n', 'put away')
    (source / 'file').write_text('three\n')
    git(source, 'commit', '-q', '-a', '-m', 'three')
    contains(world.fake('git-checkout'), 'three')
    contains(world.fake('git-show'), 'three')
