"""What the tests of the stock rules look at: an nginx of the test's own, and a steady load on it."""
import concurrent.futures
import os
import socket
import subprocess
import threading
import time
import urllib.request

from harness import wait_until


def free_port(address):
    with socket.socket() as free:
        free.bind((address, 0))
        return free.getsockname()[1]


def answer(url, seconds=10):
    with urllib.request.urlopen(url, timeout=seconds) as reply:
        return reply.read().decode()


def answers(url, text):
    try:
        return answer(url) == text
    except OSError:
        return False


class Nginx:
    """An nginx of this user on loopback ports; `servers` is the text inside http { }."""

    def __init__(self, world, servers, name='nginx'):
        self.folder = world.folder / name
        self.folder.mkdir()
        temporary = '\n'.join(f'{kind}_temp_path {self.folder}/{kind};'
                              for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        (self.folder / 'nginx.conf').write_text(f'''
{"user root;" if os.getuid() == 0 else ""}
daemon off;
worker_processes 1;
pid {self.folder}/pid;
error_log {self.folder}/error.log;
events {{ worker_connections 512; }}
http {{
access_log off;
default_type text/plain;
{temporary}
{servers}
}}
''')
        self.command = ['/usr/sbin/nginx', '-e', f'{self.folder}/error.log', '-c', f'{self.folder}/nginx.conf']
        self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        world.children.append(self.child)
        wait_until((self.folder / 'pid').exists, what='nginx starts')

    def stop(self):
        self.child.terminate()  # a kill would leave its workers
        self.child.wait()


class Load:
    """Asks the URL so many times a second from `with` on, for `limit` seconds at most; counts the answers."""

    def __init__(self, url, rate=50, limit=60):
        self.url, self.rate, self.limit = url, rate, limit
        self.texts, self.failures, self.ends = [], [], threading.Event()

    def __enter__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.clock = threading.Thread(target=self.tick)
        self.clock.start()
        return self

    def __exit__(self, *ignored):
        self.ends.set()
        self.clock.join()
        self.pool.shutdown()

    def tick(self):
        due = time.monotonic()
        for _ in range(self.rate * self.limit):
            self.pool.submit(self.ask)
            due += 1 / self.rate
            if self.ends.wait(max(0, due - time.monotonic())):
                return

    def ask(self):
        try:
            self.texts.append(answer(self.url, 30))
        except OSError as problem:
            self.failures.append(str(problem))
