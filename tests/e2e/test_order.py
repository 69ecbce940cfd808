"""§2, §4: who waits for whom, locks, rolling over hosts, and what a failure stops."""
import time

from harness import check, contains, lacks, wait_until


def slow_deploy(world, seconds=30):
    world.fakefile(f'''
deploy @:
    run touch {world.folder}/begun.$(host.name); while [ ! -e {world.folder}/go ]; do sleep 0.05; done
other @:
    run touch {world.folder}/other.$(host.name)
look @:
    run echo only looks
look: lock = no
''')


def test_second_run_touches_nothing_anywhere(world):
    """One host of two is locked: the other is not touched either, and who holds it is said."""
    one, two = world.servers(2)
    slow_deploy(world)
    first = world.start('-H', two, 'deploy')
    wait_until(lambda: (world.folder / f'begun.{two}').exists())
    result = world.fake('-H', f'{one},{two}', 'other', code=4)
    contains(result, f'{two} is locked by', str(world.project), 'for deploy', 'since ')
    check(not list(world.folder.glob('other.*')), 'no host was touched')
    contains(world.fake('-H', f'{one},{two}', 'look'), 'only looks')
    (world.folder / 'go').touch()
    check(first.wait(20) == 0, 'the first run ends well')
    world.fake('-H', f'{one},{two}', 'other')


def test_lock_timeout_waits(world):
    one, two = world.servers(2)
    slow_deploy(world)
    first = world.start('-H', one, 'deploy')
    wait_until(lambda: (world.folder / f'begun.{one}').exists())
    second = world.start('--lock-timeout=20', '-H', f'{one},{two}', 'other')
    time.sleep(1.5)
    check(second.poll() is None, 'it waits')
    check(not list(world.folder.glob('other.*')), 'and touches nothing')
    (world.folder / 'go').touch()
    check(first.wait(20) == 0, 'the first run ends well')
    out, err = second.communicate(timeout=20)
    check(second.returncode == 0, out + err)
    contains((out + err).decode(), 'waiting for up to 20 s')
    check(len(list(world.folder.glob('other.*'))) == 2, 'both hosts')


def test_two_runs_at_once(world):
    """Begun together, over the same hosts in other orders: one of them gets all."""
    hosts = world.servers(4)
    slow_deploy(world)
    (world.folder / 'go').touch()
    for _ in range(4):
        runs = [world.start('-H', ','.join(order), 'deploy') for order in (hosts, hosts[::-1])]
        codes = sorted(run.wait(30) for run in runs)
        check(codes in ([0, 0], [0, 4]), codes)


def test_inner_run_shares_the_lock(world):
    world.servers(1)
    world.fakefile('''
outer @local:
    local $(MAKE) inner
inner @:
    run echo inner ran
all: start outer
start @:
    run true
''')
    contains(world.fake('all'), 'inner ran')
