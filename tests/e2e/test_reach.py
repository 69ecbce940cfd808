"""Every host that ssh reaches, fake reaches: by libssh2 where that can do it, else by the ssh program, which is told."""
import base64
import getpass
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import time

from harness import BLOCK, FAKE, check, contains, lacks, processes_with, wait_until

SSHD = '/usr/sbin/sshd'


class Server:
    """One sshd with a configuration of its own, on `count` addresses. Keys of all types lie in its folder."""

    def __init__(self, world, config='', count=1, host_keys=('ed25519',), name='reach', log='VERBOSE'):
        self.world = world
        self.folder = world.folder / name
        self.ssh = world.home / '.ssh'
        self.folder.mkdir()
        self.ssh.mkdir(exist_ok=True, mode=0o700)
        self.addresses = [f'127.{BLOCK + world.number // 200}.{world.number % 200}.{i + 1}' for i in range(count)]
        self.port = 24000 + world.number if name == 'reach' else 25000 + world.number
        for kind in host_keys:
            keygen('-t', kind, '-f', self.folder / f'host_{kind}')
        if not (self.ssh / 'id_ed25519').exists():
            keygen('-t', 'ed25519', '-f', self.ssh / 'id_ed25519')
        (self.folder / 'authorized').write_text((self.ssh / 'id_ed25519.pub').read_text())
        home = self.folder / 'home'
        home.mkdir()
        lines = [f'ListenAddress {address}' for address in self.addresses]
        lines += [f'HostKey {self.folder}/host_{kind}' for kind in host_keys]
        lines += [f'Port {self.port}', 'PidFile none', 'StrictModes no', 'PermitRootLogin yes', f'LogLevel {log}',
                  f'SetEnv HOME={home}', config, f'AuthorizedKeysFile {self.folder}/authorized', 'UsePAM no',
                  'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'MaxStartups 2000']
        (self.folder / 'sshd_config').write_text('\n'.join(lines) + '\n')
        os.makedirs('/run/sshd', exist_ok=True) if os.getuid() == 0 else None
        self.child = subprocess.Popen([SSHD, '-D', '-f', self.folder / 'sshd_config', '-E', self.folder / 'log'])
        world.children.append(self.child)
        wait_until(lambda: 'Server listening' in self.log(), what='sshd listens')
        self.know()

    def know(self, kinds=None):
        lines = []
        for address in self.addresses:
            for path in self.folder.glob('host_*.pub'):
                lines.append(f'[{address}]:{self.port} ' + ' '.join(path.read_text().split()[:2]) + '\n')
        with open(self.ssh / 'known_hosts', 'a') as known:
            known.write(''.join(lines))

    def log(self):
        path = self.folder / 'log'
        return path.read_text() if path.exists() else ''

    def fakefile(self, text, hosts=None):
        return self.world.fakefile(f'ssh_port = {self.port}\nhosts = {" ".join(hosts or self.addresses)}\n' + text)


def keygen(*arguments):
    subprocess.run(['ssh-keygen', '-q', '-N', '', '-C', '', *map(str, arguments)], check=True)


DEPLOY = '''
deploy @:
    put file /tmp/{name}
    run echo "in: $$(cat /tmp/{name})"; rm /tmp/{name}
'''


def deploy(world, server, *arguments, more='', hosts=None):
    """A whole run: an upload and a command."""
    name = f'fake-reach.{world.number}.{os.getpid()}'
    world.write('file', 'content\n')
    server.fakefile(more + DEPLOY.format(name=name), hosts)
    result = world.fake('-B', 'deploy', *arguments)
    contains(result, 'in: content')
    return result


def test_rsa_host_key(world):
    server = Server(world, host_keys=('rsa',))
    contains(deploy(world, server), 'uses the ssh program', 'no algorithm in common')
    refused = world.fake('deploy', 'ssh_transport=ssh', code=3)
    contains(refused, 'ssh_transport = openssh')


def test_certificate(world):
    keygen('-t', 'ed25519', '-f', world.folder / 'ca')
    server = Server(world, f'TrustedUserCAKeys {world.folder}/ca.pub')
    keygen('-t', 'ed25519', '-f', world.folder / 'certified')
    keygen('-s', world.folder / 'ca', '-I', 'me', '-n', getpass.getuser(), world.folder / 'certified.pub')
    (server.folder / 'authorized').write_text('')
    result = deploy(world, server, more=f'ssh_identity = {world.folder}/certified\n')
    contains(result, 'uses the ssh program', 'certified-cert.pub')


def test_host_certificate(world):
    folder = world.folder / 'reach'
    server = Server(world, f'HostCertificate {folder}/host_ed25519-cert.pub')
    keygen('-t', 'ed25519', '-f', world.folder / 'ca')
    keygen('-s', world.folder / 'ca', '-h', '-I', 'host', '-n', server.addresses[0], folder / 'host_ed25519.pub')
    server.child.send_signal(signal.SIGHUP)  # the certificate is read anew
    wait_until(lambda: server.log().count('Server listening') == 2, what='sshd listens again')
    authority = ' '.join((world.folder / 'ca.pub').read_text().split()[:2])
    (server.ssh / 'known_hosts').write_text(f'@cert-authority *,[127.*]:* {authority}\n')
    contains(deploy(world, server), 'uses the ssh program', 'authority')
    keygen('-t', 'ed25519', '-f', world.folder / 'other')
    authority = ' '.join((world.folder / 'other.pub').read_text().split()[:2])
    (server.ssh / 'known_hosts').write_text(f'@cert-authority * {authority}\n')
    contains(world.fake('deploy', code=3), 'the host key is unknown')


def test_one_session_a_connection(world):
    server = Server(world, 'MaxSessions 1')
    for transport in ('ssh', 'openssh'):
        deploy(world, server, more=f'ssh_transport = {transport}\n')


def test_forced_commands(world):
    server = Server(world, 'ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"')
    deploy(world, server)
    other = Server(world, 'ForceCommand echo this account is for transfers', name='other')
    other.fakefile('deploy @:\n    run true\n')
    contains(world.fake('deploy', code=3), 'this account is for transfers')
    contains(world.fake('deploy', 'ssh_transport=openssh', code=3), 'this account is for transfers')


def test_busy_server(world):
    server = Server(world, 'MaxStartups 3')
    (server.ssh / 'config').write_text(f'Host web*\n  HostName {server.addresses[0]}\n')
    server.fakefile('deploy @:\n    run echo in\n', ['web[01-50]'])
    result = world.fake('deploy')
    check(result.out.count('in\n') >= 1, result)
    check(server.log().count('Accepted publickey') == 50, server.log())
    check(result.seconds < 20, f'{result.seconds} s')


def test_jump_through_two(world):
    server = Server(world, count=3)
    a, b, c = server.addresses
    for transport in ('auto', 'ssh', 'openssh'):
        before = server.log().count('Accepted publickey')
        result = deploy(world, server, hosts=[c],
                        more=f'ssh_jump = {a}:{server.port}, {b}:{server.port}\nssh_transport = {transport}\n')
        lacks(result, 'uses the ssh program')
        check(server.log().count('Accepted publickey') == before + 3, server.log())


def test_jump_shared_and_configured(world):
    server = Server(world, 'MaxSessions 1', count=12)
    (server.ssh / 'config').write_text(
        f'Host gate\n  HostName {server.addresses[0]}\nHost direct\n  HostName {server.addresses[1]}\n  ProxyJump none\n'
        f'Host *\n  Port {server.port}\n  ProxyJump gate\n')
    server.fakefile('deploy @:\n    run echo in\n', server.addresses[2:] + ['direct'])
    world.fake('deploy')
    check(server.log().count('Accepted publickey') == 10 + 1 + 1, server.log())
    server.fakefile('deploy @:\n    run echo in\nssh_jump = none\n', server.addresses[2:])
    before = server.log().count('Accepted publickey')
    world.fake('deploy')
    check(server.log().count('Accepted publickey') == before + 10, server.log())


def test_jump_fails(world):
    server = Server(world, 'AllowTcpForwarding no', count=2)
    gate, host = server.addresses
    server.fakefile(f'ssh_jump = {gate}:{server.port}\ndeploy @:\n    run true\n', [host])
    contains(world.fake('deploy', code=3), gate, 'AllowTcpForwarding')
    contains(world.fake('deploy', f'ssh_jump={gate}:1', code=3), gate, 'refused')


def children_of(pid):
    found = subprocess.run(['pgrep', '-P', str(pid)], capture_output=True, text=True).stdout.split()
    return [int(child) for child in found] + [deeper for child in found for deeper in children_of(child)]


def test_bastion_dies(world):
    gate = Server(world)
    host = Server(world, name='other')
    host.fakefile(f'ssh_jump = {gate.addresses[0]}:{gate.port}\ndeploy @:\n    run sleep 20\n')
    child = world.start('deploy')
    wait_until(lambda: 'Executing' in os.read(child.stdout.fileno(), 4096).decode(), what='the step begins')
    for pid in children_of(gate.child.pid):
        os.kill(pid, signal.SIGKILL)
    out, err = child.communicate(timeout=20)
    check(child.returncode in (2, 3), child.returncode)
    contains((out + err).decode(), f'bastion {gate.addresses[0]}')


def test_bastion_needs_the_program(world):
    keygen('-t', 'ed25519', '-f', world.folder / 'ca')
    gate = Server(world, f'TrustedUserCAKeys {world.folder}/ca.pub')
    host = Server(world, name='other')
    keygen('-t', 'ed25519', '-f', world.folder / 'certified')
    keygen('-s', world.folder / 'ca', '-I', 'me', '-n', getpass.getuser(), world.folder / 'certified.pub')
    (gate.folder / 'authorized').write_text('')
    more = f'ssh_jump = {gate.addresses[0]}:{gate.port}\nssh_identity = {world.folder}/certified ~/.ssh/id_ed25519\n'
    contains(deploy(world, host, more=more), 'uses the ssh program', 'bastion', 'certified-cert.pub')


class Agent:
    """An ssh-agent with the user's key, which then lies in no file any more."""

    def __init__(self, world, *keys):
        self.socket = world.folder / 'agent'
        self.child = subprocess.Popen(['ssh-agent', '-D', '-a', self.socket], stdout=subprocess.DEVNULL)
        world.children.append(self.child)
        wait_until(self.socket.exists, what='the agent listens')
        self.environment = {'SSH_AUTH_SOCK': str(self.socket)}
        for key in keys:
            subprocess.run(['ssh-add', '-q', key], env=dict(os.environ, **self.environment), check=True)


def write_repository(folder):
    git = ['git', '-C', folder, '-c', 'user.name=me', '-c', 'user.email=me@here']
    subprocess.run(['git', 'init', '-q', folder], check=True)
    (folder / 'file').write_text('content of the repository\n')
    subprocess.run([*git, 'add', 'file'], check=True)
    subprocess.run([*git, 'commit', '-q', '-m', 'first'], check=True)


def test_agent_forwarded(world):
    server = Server(world, count=2)
    agent = Agent(world, server.ssh / 'id_ed25519')
    for name in ('id_ed25519', 'id_ed25519.pub'):
        (server.ssh / name).rename(world.folder / name)
    write_repository(world.folder / 'repository')
    hop = f'ssh -F none -o BatchMode=yes -o UserKnownHostsFile={server.ssh}/known_hosts -p {server.port}'
    server.fakefile(f'''
deploy @:
    run ssh-add -l
    run {hop} {server.addresses[1]} echo second hop: '$$SSH_CONNECTION'
    run GIT_SSH_COMMAND='{hop}' git clone -q {server.addresses[1]}:{world.folder}/repository {world.folder}/clone
    run echo cloned: $$(cat {world.folder}/clone/file)
''', server.addresses[:1])
    result = world.fake('deploy', 'forward_agent=yes', env=agent.environment)
    contains(result, '(ED25519)', 'second hop: ', 'cloned: content of the repository', 'uses the ssh program',
             'forward_agent = yes')
    contains(world.fake('deploy', env=agent.environment, code=2), 'ssh-add -l')


class User:
    """A throw-away user with a password; only root can make one."""

    def __init__(self, world):
        self.name = f'fake-e2e-{world.number}-{os.getpid() % 10000}'
        self.password = "it's secret"
        subprocess.run(['useradd', '-m', '-d', world.folder / 'user', '-s', '/bin/sh', self.name], check=True)
        subprocess.run(['chpasswd'], input=f'{self.name}:{self.password}\n'.encode(), check=True)
        os.chmod(world.folder, 0o711)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        for _ in range(50):
            if subprocess.run(['userdel', self.name], stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)  # its last process ends
        raise AssertionError(f'{self.name} could not be removed')


def log_in_with_password(world, config):
    if os.getuid() != 0:
        return
    with User(world) as user:
        server = Server(world, config)
        (world.folder / 'reach').chmod(0o711)
        (world.folder / 'reach/home').chmod(0o777)
        secret = world.folder / 'secret'
        secret.write_text(user.password + '\n')
        (server.folder / 'authorized').write_text('')
        server.fakefile(f'''
user = {user.name}
ssh_password = $(shell cat {secret})
deploy @:
    run id -un
''')
        result = world.fake('deploy')
        contains(result, user.name)
        lacks(result, user.password)
        secret.write_text('wrong\n')
        contains(world.fake('deploy', code=3), 'does not let', 'is ssh_password right?')
        check(len(re.findall('Failed (password|keyboard)', server.log())) == 1, server.log())
        secret.write_text(user.password + '\n')
        place = {'TMPDIR': str(world.folder)}
        contains(world.fake('deploy', 'ssh_transport=openssh', env=place), user.name)
        secret.write_text('wrong\n')
        contains(world.fake('deploy', 'ssh_transport=openssh', code=3, env=place), 'the log-in was refused')
        check(not list(world.folder.glob('fake-ask-*')), 'the way to the password stayed')


def test_password(world):
    log_in_with_password(world, 'PasswordAuthentication yes\nKbdInteractiveAuthentication yes\nUsePAM yes')


def test_keyboard_interactive(world):
    log_in_with_password(world, 'UsePAM yes\nKbdInteractiveAuthentication yes')


def on_terminal(world, answers, *arguments, kill=None):
    """Runs fake on a terminal; answers: pairs of what is waited for and what is typed then. Returns code and output.
    kill: a condition at which it is killed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(world.project)
        os.execve(FAKE, [FAKE, *arguments], world.environment(TERM='dumb'))
    output, typed = '', 0
    while True:
        try:
            while kill and not select.select([terminal], [], [], 0.1)[0]:
                if kill():
                    os.kill(pid, signal.SIGKILL)
                    kill = None
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        output += data.decode()
        while typed < len(answers) and output.count(answers[typed][0]) > typed:
            os.write(terminal, answers[typed][1].encode())
            typed += 1
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output


def agents():
    return set(processes_with('fake-agent-')) | {path for place in ('/dev/shm', '/tmp') for path in
                                                 pathlib.Path(place).glob('fake-agent-*')}


def test_encrypted_key(world):
    server = Server(world, count=3)
    subprocess.run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'secret', '-f', server.ssh / 'id_ed25519'], check=True,
                   stdout=subprocess.DEVNULL)
    server.fakefile('deploy @:\n    run echo in\n')
    contains(world.fake('deploy', code=3), 'is encrypted', 'ssh-add')
    before = agents()
    code, output = on_terminal(world, [('passphrase', 'wrong\n'), ('passphrase', 'secret\n')], 'deploy')
    check(code == 0 and output.count('in\r\n') >= 1, output)
    check(output.count('passphrase') == 2, output)  # the second after the wrong one, for all hosts
    check(server.log().count('Accepted publickey') == 3, server.log())
    wait_until(lambda: agents() <= before, what='the private agent ends')
    code, output = on_terminal(world, [('passphrase', 'secret\n')], 'deploy', 'ssh_transport=openssh')
    check(code == 0 and output.count('passphrase') == 1, output)
    wait_until(lambda: agents() <= before, what='the private agent ends')
    code, output = on_terminal(world, [('passphrase', '\n')], 'deploy')
    check(code == 3 and output.count('passphrase for') == 1, output)
    contains(output, 'its passphrase was not given')
    contains(on_terminal(world, [], '--non-interactive', 'deploy')[1], 'is encrypted')
    server.fakefile('deploy @:\n    run sleep 20\n')
    on_terminal(world, [('passphrase', 'secret\n')], 'deploy', kill=lambda: len(agents() - before) >= 2 and
                server.log().count('Accepted publickey') >= 9)
    wait_until(lambda: agents() <= before, what='the private agent ends with its master')


def test_passphrase_and_the_last_line(world):
    """While a passphrase is asked for nothing else is shown, neither lines of other hosts nor who is waited for."""
    server = Server(world)
    subprocess.run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'secret', '-f', server.ssh / 'id_ed25519'], check=True,
                   stdout=subprocess.DEVNULL)
    server.fakefile(f'''
first @here:
    run sleep 2
deploy @: first
    run echo begun; echo $(host) >>{world.folder}/begun; sleep $(long)
first deploy: lock = no
long = 0
hosts += here
@here: ssh_transport = local
@here: long = 6
''')
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(world.project)
        os.execve(FAKE, [FAKE, '--verbose', '--no-color', 'deploy'], world.environment(TERM='xterm'))

    def read(seconds):
        text, end = '', time.monotonic() + seconds
        while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            text += data.decode()
        return text

    before = read(4)
    contains(before, '[here] run: sleep 2\r\n', 'here: step 1: run sleep 2 (')
    check((world.folder / 'begun').read_text() == 'here\n', 'the other host is at work')
    shown, prompt = before[:before.index('Enter')], before[before.index('Enter'):]
    check(shown.endswith(('\n', '\r\x1b[K')), repr(before))
    check(prompt.endswith('id_ed25519: ') and '\n' not in prompt and '\x1b' not in prompt, repr(before))
    check(read(1) == '', 'nothing moves')
    os.write(terminal, b'secret\n')
    after = read(20)
    os.close(terminal)
    check(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, after)
    contains(after, 'deploy: 1 of 2 hosts done; here: step 1', f'[{server.addresses[0]}] out: begun')


def test_accept_new(world):
    server = Server(world, count=2)
    known = server.ssh / 'known_hosts'
    known.write_text('')
    (server.ssh / 'config').write_text('HashKnownHosts yes\n')
    server.fakefile('ssh_host_keys = accept-new\ndeploy @:\n    run echo in\n')
    world.fake('deploy')
    text = known.read_text()
    check(len(text.splitlines()) == 2 and text.count('|1|') == 2, text)
    for address in server.addresses:
        found = subprocess.run(['ssh-keygen', '-F', f'[{address}]:{server.port}', '-f', known], capture_output=True)
        check(found.returncode == 0, found)
    world.fake('deploy', 'ssh_host_keys=strict')


def test_two_factors(world):
    """A key and then the password, in either order."""
    if os.getuid() != 0:
        return
    with User(world) as user:
        secret = world.folder / 'secret'
        secret.write_text(user.password + '\n')
        for number, methods in enumerate(('publickey,password', 'publickey,keyboard-interactive', 'password,publickey')):
            name = f'factors{number}'
            server = Server(world, f'UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n'
                            f'AuthenticationMethods {methods}', name=name)
            (world.folder / name).chmod(0o711)
            (world.folder / name / 'home').chmod(0o777)
            (server.folder / 'authorized').chmod(0o644)
            server.fakefile(f'''
user = {user.name}
ssh_transport = ssh
ssh_password = $(shell cat {secret})
deploy @:
    run id -un
''')
            contains(world.fake('deploy'), f'out: {user.name}')
            server.fakefile(f'user = {user.name}\nssh_transport = ssh\ndeploy @:\n    run id -un\n')
            contains(world.fake('deploy', code=3), 'set ssh_password')
            server.child.terminate()
            server.child.wait()


NOISE = {'dash': '', 'bash': '.bashrc', 'zsh': '.zshenv', 'fish': '.config/fish/config.fish', 'tcsh': '.tcshrc',
         'busybox': ''}


def test_login_shells(world):
    """The account's shell may be any, and noisy."""
    if os.getuid() != 0:
        return
    server = Server(world)
    (world.folder / 'reach').chmod(0o711)
    (server.folder / 'authorized').chmod(0o644)
    with User(world) as user:
        home = world.folder / 'user'
        for shell, noisy in NOISE.items():
            path = shutil.which(shell)
            if not path:
                continue
            if shell == 'busybox':
                path = world.folder / 'ash'
                path.write_text('#!/bin/busybox sh\nexec /bin/busybox ash "$@"\n')
                path.chmod(0o755)
            subprocess.run(['usermod', '-s', path, user.name], check=True)
            if noisy:
                (home / noisy).parent.mkdir(parents=True, exist_ok=True)
                (home / noisy).write_text('echo welcome to this machine\necho 100% of it\n')
            server.fakefile(f'''
user = {user.name}
deploy @:
    put file {home}/put.{shell}
    run printf '%s\\n' 'a "b"   $$c' '!d'; cat {home}/put.{shell}
''')
            (server.folder / 'home').chmod(0o777)
            world.write('file', 'content\n')
            result = world.fake('-B', 'deploy')
            contains(result, 'out: a "b"   $c\n', 'out: !d\n', 'out: content\n')
            lacks(result, 'welcome')


def test_ipv6(world):
    if not pathlib.Path('/proc/net/if_inet6').read_text():
        return
    server = Server(world, f'ListenAddress [::1]:{26000 + world.number}')
    key = ' '.join((server.folder / 'host_ed25519.pub').read_text().split()[:2])
    (server.ssh / 'known_hosts').write_text(f'[::1]:{26000 + world.number} {key}\n')
    world.write('file', 'content\n')
    world.fakefile(f'hosts = [::1]:{26000 + world.number}\ndeploy @:\n    run echo in by $$SSH_CONNECTION\n')
    contains(world.fake('deploy'), 'in by ::1 ')


RELAY = '''import socket, sys, threading, os
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def back():
    while data := s.recv(65536):
        os.write(1, data)
    os._exit(0)
threading.Thread(target=back).start()
while data := os.read(0, 65536):
    s.sendall(data)
s.shutdown(socket.SHUT_WR)
'''


def test_proxy_command(world):
    server = Server(world)
    (world.folder / 'relay.py').write_text(RELAY)
    (server.ssh / 'config').write_text(
        f'Host behind\n  HostName {server.addresses[0]}\n  ProxyCommand python3 {world.folder}/relay.py %h %p\n')
    contains(deploy(world, server, hosts=['behind']), 'uses the ssh program: ProxyCommand')
    refused = world.fake('deploy', 'ssh_transport=ssh', code=3)
    contains(refused, 'ssh_transport = openssh')


def wire(*fields):
    return b''.join(struct.pack('>I', len(field)) + field for field in fields)


def write_hardware_key(path):
    """A key file as a FIDO token makes them; the token is missing."""
    kind, application = b'sk-ssh-ed25519@openssh.com', b'ssh:'
    point = bytes(range(32))
    public = wire(kind, point, application)
    private = b'\1\2\3\4' * 2 + wire(kind, point, application) + b'\1' + wire(b'handle', b'', b'comment')
    private += bytes(range(1, 1 + -len(private) % 8))
    whole = b'openssh-key-v1\0' + wire(b'none', b'none', b'') + struct.pack('>I', 1) + wire(public, private)
    text = base64.encodebytes(whole).decode()
    path.write_text(f'-----BEGIN OPENSSH PRIVATE KEY-----\n{text}-----END OPENSSH PRIVATE KEY-----\n')
    path.chmod(0o600)
    path.with_suffix('.pub').write_text(f'{kind.decode()} {base64.b64encode(public).decode()}\n')
    return path


def test_what_libssh2_cannot_show(world):
    """A hardware key, a ticket: when all else is refused, the ssh program is asked, and a line says why."""
    server = Server(world, 'GSSAPIAuthentication yes')
    key = write_hardware_key(world.folder / 'token')
    (server.folder / 'authorized').write_text(key.with_suffix('.pub').read_text())
    server.fakefile(f'ssh_identity = {key}\ndeploy @:\n    run true\n')
    contains(world.fake('deploy', code=3), 'uses the ssh program: ', f'it cannot use the hardware key {key}')
    server.fakefile('deploy @:\n    run true\n')
    (server.ssh / 'config').write_text('GSSAPIAuthentication yes\n')
    contains(world.fake('deploy', code=3, env={'KRB5CCNAME': f'{world.folder}/ticket'}),
             'uses the ssh program: ', 'it cannot use GSSAPI')
    lacks(world.fake('deploy', code=3), 'uses the ssh program')
