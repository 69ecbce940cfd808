"""The work "deploy" by Fabric, a thread a host, 50 at once."""
import concurrent.futures
import os

import fabric
from work import FORKS, steps

FOLDER, RELEASE = os.environ['BENCH_FOLDER'], os.environ['BENCH_RELEASE']


def deploy(host):
    config = fabric.Config(runtime_ssh_path=f'{FOLDER}/ssh_config')
    with fabric.Connection(host, user='root', config=config) as connection:
        site = f'{FOLDER}/{host}/site'
        connection.put(os.environ['BENCH_ARCHIVE'], f'{site}-archive.tgz')
        for step in steps(site, RELEASE):
            connection.run(step, in_stream=False)


with concurrent.futures.ThreadPoolExecutor(FORKS) as pool:
    list(pool.map(deploy, os.environ['BENCH_HOSTS'].split()))
