"""What every end-to-end test needs: throw-away sshd's, a project folder, and ./fake run hermetically.

A test is a function `test_*(world)` in a file test_*.py of this folder; tests/e2e/run runs them, each with a
World of its own, two at a time."""
import fcntl
import getpass
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
FAKE = os.path.abspath(os.environ.get('FAKE', TOP / 'fake'))
SANE_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin'


class Result:
    """How a command ended: code, out, err (text, bytes that are no UTF-8 escaped)."""

    def __init__(self, done, seconds):
        self.code = done.returncode
        self.out = done.stdout.decode('utf-8', 'backslashreplace')
        self.err = done.stderr.decode('utf-8', 'backslashreplace')
        self.all = self.out + self.err
        self.seconds = seconds

    def __repr__(self):
        return f'exit {self.code}\n--- out\n{self.out}--- err\n{self.err}---'

    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]


def claim_block():
    """Claims a block of loopback addresses for this run: other runs on this machine take others. Returns the lock."""
    for block in range(10, 250, 4):
        lock = open(pathlib.Path(tempfile.gettempdir()) / f'fake-e2e-{getpass.getuser()}-{block}.lock', 'w')
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return block, lock
        except BlockingIOError:
            lock.close()
    raise RuntimeError('sixty runs of the tests hold all addresses')


BLOCK, BLOCK_LOCK = claim_block()


class World:
    """A temporary folder with a home, a project and, once asked for, servers. Use as `with`."""

    count = 0

    def __init__(self, number):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='fake-e2e.'))
        self.number = number  # tests that run at the same time have addresses of their own
        self.home = self.folder / 'home'
        self.project = self.folder / 'project'
        self.home.mkdir()
        self.project.mkdir()
        self.addresses = []
        self.children = []
        self.closing = []  # what has a close() that is called at the end

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        for thing in self.closing:
            thing.close()
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        if self.addresses:
            subprocess.run([TOP / 'tools/servers', 'stop', self.folder], check=True)
        subprocess.run(['chmod', '-R', 'u+rwx', self.folder], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- servers

    def servers(self, count=1, config=''):
        """Starts sshd's and returns their addresses; self.port is their port, the client's side is ready."""
        addresses = [f'127.{BLOCK + self.number // 200}.{self.number % 200}.{i + 1}' for i in range(count)]
        environment = dict(os.environ, SERVERS_CONFIG=config)
        subprocess.run([TOP / 'tools/servers', 'start', self.folder, *addresses], env=environment,
                       check=True, stdin=subprocess.DEVNULL)
        self.addresses = addresses
        self.port = int((self.folder / 'port').read_text())
        return addresses

    def host_home(self, address):
        return self.folder / address / 'home'

    def server_pid(self, address):
        return int((self.folder / address / 'pid').read_text())

    def ssh(self, address, command, **options):
        return subprocess.run(['ssh', '-F', self.folder / 'ssh_config', address, command],
                              env=self.environment(), capture_output=True, **options)

    # ---- the project

    def write(self, name, text, mode=None):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        if mode is not None:
            path.chmod(mode)
        return path

    def fakefile(self, text, name='Fakefile'):
        """Writes the Fakefile; four blanks at the front of a line become a tab. A preamble gives port and hosts."""
        text = re.sub(r'^    ', '\t', text, flags=re.M)
        head = f'project = e2e\nuser = {getpass.getuser()}\n'
        if self.addresses:
            head += f'ssh_port = {self.port}\nhosts = {" ".join(self.addresses)}\n'
        return self.write(name, head + text)

    # ---- running

    def environment(self, **more):
        environment = {'HOME': str(self.home), 'PATH': f'{os.path.dirname(FAKE)}:{SANE_PATH}', 'LANG': 'C.UTF-8',
                       'USER': 'tester', 'LOGNAME': 'tester',
                       'FAKE_PATIENCE': '600'}  # what several hosts print is folded, however slow this machine is
        environment['LSAN_OPTIONS'] = f'suppressions={HERE}/lsan.supp:print_suppressions=0'
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(more)
        return environment

    def command(self, arguments):
        return [FAKE, *map(str, arguments)]

    def fake(self, *arguments, code=0, timeout=60, input=b'', env=None, cwd=None):
        """Runs fake; `code` is the exit code that must come (None: any)."""
        began = time.monotonic()
        done = subprocess.run(self.command(arguments), cwd=cwd or self.project, input=input,
                              env=self.environment(**(env or {})), capture_output=True, timeout=timeout)
        result = Result(done, time.monotonic() - began)
        if code is not None and result.code != code:
            raise AssertionError(f'fake {" ".join(map(str, arguments))}: wanted exit {code}, got {result!r}')
        return result

    def start(self, *arguments, env=None, **options):
        """Starts fake and returns the Popen; ended with the world."""
        child = subprocess.Popen(self.command(arguments), cwd=self.project, env=self.environment(**(env or {})),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.children.append(child)
        return child


def wait_until(check, seconds=10, what='condition'):
    """Polls until check() is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f'not within {seconds} s: {what}')


def processes_with(text):
    """The pids of living processes whose command line holds text."""
    found = []
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            line = pathlib.Path('/proc', entry, 'cmdline').read_bytes()
            state = pathlib.Path('/proc', entry, 'stat').read_text().rsplit(')', 1)[1].split()[0]
        except OSError:
            continue
        if text.encode() in line and state != 'Z' and int(entry) != os.getpid():
            found.append(int(entry))
    return found


def check(condition, message):
    if not condition:
        raise AssertionError(str(message))


def contains(result, *texts):
    text = result.all if isinstance(result, Result) else str(result)
    for wanted in texts:
        check(wanted in text, f'no {wanted!r} in:\n{result!r}')


def lacks(result, *texts):
    text = result.all if isinstance(result, Result) else str(result)
    for unwanted in texts:
        check(unwanted not in text, f'{unwanted!r} in:\n{result!r}')
