"""Shared by the measurements: servers, times of child processes, a delayed wire between two network namespaces."""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
FAKE = os.path.abspath(os.environ.get('FAKE', TOP / 'fake'))


class Bench:
    """A temporary folder with a home and servers; everything is ended and removed at the end of `with`."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='fake-bench.'))
        self.project = self.folder / 'project'
        self.project.mkdir()
        self.serving = False
        self.prefix = []  # put before commands: another network namespace
        self.more = {}  # of the environment of commands
        return self

    def __exit__(self, *ignored):
        if self.serving:
            subprocess.run([TOP / 'tools/servers', 'stop', self.folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def servers(self, addresses, prefix=()):
        subprocess.run([*prefix, TOP / 'tools/servers', 'start', self.folder, *addresses], check=True,
                       stdin=subprocess.DEVNULL)
        self.serving = True
        self.port = int((self.folder / 'port').read_text())

    def environment(self):
        return {'HOME': str(self.folder / 'home'), 'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8', 'USER': 'bench',
                **self.more}

    def time(self, command, check=True):
        """Wall and processor seconds (user + system, children too) of a command, and its output."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run([*self.prefix, *map(str, command)], cwd=self.project, env=self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True)
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if check and done.returncode:
            sys.exit(f'{command}: exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}')
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done

    def peak(self, command):
        """Wall and processor seconds, peak memory in kilobytes, and all that a command says."""
        program = self.folder / 'peak'
        if not program.exists():
            subprocess.run(['cc', '-O2', '-D_GNU_SOURCE', '-o', program, TOP / 'bench/lib/peak.c'], check=True)
        figures = self.folder / 'figures'
        done = subprocess.run(['sh', '-c', 'figures=$1; shift; exec "$@" 3>"$figures" 2>&1', 'sh', figures, program,
                               *map(str, command)], cwd=self.project, env=self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True)
        said = done.stdout.decode()
        if done.returncode:
            sys.exit(f'{command}: exit {done.returncode}\n{said[:1000]}')
        wall, processor, kilobytes = figures.read_text().split()
        return float(wall), float(processor), int(kilobytes), said

    def ssh(self, *options):
        return ['ssh', '-F', self.folder / 'ssh_config', *options]


def interleaved(contenders, rounds):
    """Runs each contender once a round, in turn, so that noise hits all alike. name ▶ list of results."""
    results = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            results[name].append(measure())
    return results


def median(values):
    return statistics.median(values)


class Wire:
    """Two network namespaces joined by a delay line: commands run in `near`, servers in `far`."""

    def __init__(self, milliseconds, far_addresses=('10.99.0.2',)):
        self.milliseconds, self.far_addresses = milliseconds, far_addresses
        self.near, self.far = f'fake-near-{os.getpid()}', f'fake-far-{os.getpid()}'

    def __enter__(self):
        self.build = tempfile.mkdtemp(prefix='fake-wire.')
        program = os.path.join(self.build, 'delaywire')
        subprocess.run(['cc', '-O2', '-D_GNU_SOURCE', '-o', program, TOP / 'bench/lib/delaywire.c'], check=True)
        for space in (self.near, self.far):
            subprocess.run(['ip', 'netns', 'add', space], check=True)
            subprocess.run(['ip', '-n', space, 'link', 'set', 'lo', 'up'], check=True)
        self.line = subprocess.Popen(['ip', 'netns', 'exec', self.near, program, 'wire0', 'wire1',
                                      str(self.milliseconds)], stdout=subprocess.PIPE)
        if self.line.stdout.readline() != b'ready\n':
            sys.exit('bench: no delay line (it needs root and /dev/net/tun)')
        ip = lambda space, *words: subprocess.run(['ip', '-n', space, *words], check=True)  # noqa: E731
        ip(self.near, 'link', 'set', 'wire1', 'netns', self.far)
        ip(self.near, 'addr', 'add', '10.99.0.1/16', 'dev', 'wire0')
        for address in self.far_addresses:
            ip(self.far, 'addr', 'add', f'{address}/16', 'dev', 'wire1')
        ip(self.near, 'link', 'set', 'wire0', 'up')
        ip(self.far, 'link', 'set', 'wire1', 'up')
        return self

    def __exit__(self, *ignored):
        self.line.kill()
        self.line.wait()
        for space in (self.near, self.far):
            subprocess.run(['ip', 'netns', 'del', space])
        shutil.rmtree(self.build)

    def inside(self, space):
        return ['ip', 'netns', 'exec', space]
