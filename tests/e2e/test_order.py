"""§2, §4: who waits for whom, locks, rolling over hosts, and what a failure stops."""
import socket
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


def silent_server(world):
    """An address that takes connections and never says a word."""
    server = socket.create_server((f'{world.addresses[0].rsplit(".", 1)[0]}.99', 0))
    world.closing.append(server)
    return f'{server.getsockname()[0]}:{server.getsockname()[1]}'


def test_who_does_not_answer_is_left_behind(world):
    """All hosts that answer are locked before any is changed: one that does not is named, and the others begin."""
    one, two = world.servers(2)
    silent = silent_server(world)
    world.fakefile(f'''
ssh_connect_timeout = 8
ssh_connect_retries = 0
deploy @:
    run touch {world.folder}/ran.$(host.name)
look @:
    run echo looks on $(host.name)
look: lock = no
''')
    result = world.fake('-k', '-H', f'{one},{two},{silent}', 'deploy', code=3)
    contains(result.out, f'fake: {silent} has not answered yet: the others begin\n')
    contains(result.err, f'[{silent}] failed: ')
    check(len(list(world.folder.glob('ran.*'))) == 2, 'the others go on')
    lacks(world.fake('-k', '-H', f'{one},{silent}', 'look', code=3), 'the others begin')


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


# ---- rolling over hosts: each host is this machine

ROLL = '''
ssh_transport = local
@web: hosts = w1 w2 w3 w4 w5
deploy @web: upload middle migrate swap
deploy: batch = 1,2
upload @web:
    run echo upload $(host)
middle @local:
    local echo middle
.PRIMARY: migrate
migrate @web:
    run echo migrate $(host)
.BARRIER: swap
swap @web:
    run echo swap $(host); test $(host) != "$(bad)"
after swap: restart note
restart @web:
    run echo restart $(host)
note @local:
    local echo note
finish @local: deploy
    local echo finish
on-failure swap: undo tell
undo @web:
    run echo undo $(host)
tell @local:
    local echo $(quote [$(failed)] [$(status)] [$(failed.hosts)])
bad =
'''


def said(result):
    """What the steps printed, in order (with --verbose: as it came)."""
    return [line.split(': ', 1)[1] for line in result.all.splitlines() if '] out: ' in line]


def rolled(result, *batches):
    """Each batch's lines come before any line of the next."""
    lines = said(result)
    for batch in batches:
        part, lines = lines[:len(batch)], lines[len(batch):]
        check(sorted(part) == sorted(batch), f'wanted {sorted(batch)}, got {sorted(part)} in {said(result)}')
    check(not lines, lines)


def steps(*hosts):
    return [f'{what} {host}' for host in hosts for what in ('upload', 'swap', 'restart')]


def test_rolling(world):
    world.fakefile(ROLL)
    rolled(world.fake('--verbose', 'finish'), [*steps('w1'), 'middle', 'migrate w1'], steps('w2', 'w3'),
           [*steps('w4', 'w5'), 'note'], ['finish'])


def test_rolling_stops_at_a_failure(world):
    world.fakefile(ROLL)
    rest = ['undo w1', 'undo w2', 'undo w3', '[run echo swap w2; test w2 != "w2"] [1] [w2]']
    for options in ([], ['-k']):
        result = world.fake('--verbose', *options, 'finish', 'bad=w2', code=2)
        after = [line for line in said(result) if line not in ('restart w3', 'note')]
        check(after[5:] and not [line for line in after if line.endswith((' w4', ' w5')) or line == 'finish'], after)
        check(sorted(after[-4:]) == sorted(rest), after)


def test_failures_that_are_borne(world):
    world.fakefile(ROLL + 'deploy: max_failures = 20%\n')
    result = world.fake('--verbose', 'finish', 'bad=w2', code=2)
    lines = said(result)
    for host in ('w1', 'w3', 'w4', 'w5'):
        check(f'restart {host}' in lines, lines)
    check('restart w2' not in lines and 'finish' in lines, lines)
    check([line for line in lines if line.startswith('undo')], 'on-failure runs')
    # over the whole run: the second one ends it
    lines = said(world.fake('--verbose', 'finish', 'bad=w2', 'upload=1', code=2))
    check('finish' in lines, lines)
    world.fakefile(ROLL.replace('!= "$(bad)"', '!= w2 && test $(host) != w4') + 'deploy: max_failures = 20%\n')
    lines = said(world.fake('--verbose', 'finish', code=2))
    check('finish' not in lines and 'swap w4' in lines, lines)


def test_pause_between_batches(world):
    world.fakefile('''
ssh_transport = local
@web: hosts = w1 w2 w3
deploy @web:
    run echo $(host)
deploy: batch = 1
deploy: pause = 1
''')
    result = world.fake('deploy')
    check(2 <= result.seconds < 4, result.seconds)
    check(world.fake('-n', 'deploy').seconds < 1, '-n does not wait')


def test_unreachable_host_is_borne(world):
    one, two = world.servers(2)
    world.fakefile(f'''
@web: hosts = {one} 127.0.0.250:9 {two}
deploy @web:
    run echo on $(host)
deploy: max_failures = 1
after deploy: all
all @local:
    local echo all
''')
    result = world.fake('deploy', code=None)
    contains(result, f'on {one}', f'on {two}', 'out: all')
    check(result.code == 3, result)


def test_barrier_waits_for_late_hooks(world):
    """The second barrier, too, though its hooks were not asked for when the first one was passed."""
    world.fakefile('''
ssh_transport = local
hosts = w1 w2
all @: one first two second
.BARRIER: first second
one @: ; run echo one
after one: hook-one
hook-one @: ; run echo hook-one
first @: ; run echo first
two @: ; run echo two
after two: hook-two
hook-two @: ; run [ $(host) != w1 ] || sleep 1; echo hook-two
second @: ; run echo second
''')
    rolled(world.fake('--verbose', 'all'), ['one', 'hook-one'] * 2, ['first'] * 2 + ['two', 'hook-two'] * 2, ['second'] * 2)


def test_order_of_hooks_with_several_triggers(world):
    world.fakefile('''
ssh_transport = local
hosts = w1
deploy @: a b
a @: ; run echo a
b @: ; run echo b
after b: first
after a b: second
first @: ; run echo first
second @: ; run echo second
''')
    check(said(world.fake('--verbose', 'deploy')) == ['a', 'b', 'first', 'second'], 'as b lists them')


def test_a_hook_of_a_hook_fails(world):
    """What is only written behind it runs under -k; what depends on the target does not."""
    world.fakefile('''
ssh_transport = local
hosts = w1
smoke @: deploy ; run echo smoke
deploy @: ; run echo deploy
after deploy: restart tell
restart @: ; run echo restart
after restart: verify
verify @: ; run false
tell @: ; run echo tell
''')
    result = world.fake('-k', '--verbose', 'smoke', code=2)
    check(said(result) == ['deploy', 'restart', 'tell'], result)
    check(said(world.fake('--verbose', 'smoke', code=2)) == ['deploy', 'restart'], 'without -k nothing new starts')


BODY = '''
ssh_transport = local
hosts = w1 w2
publish @: one inner
inner @: two three
one @: ; run echo one
two @local: ; local echo two
three @: app
    put app {0}/three.$(host)
before publish: check
check @: base
    run echo check
    run test $(host) != $(bad)
base @: ; run echo base
before inner: look
look @: ; run echo look
bad = none
skipped @: four
four @: app
    put app {0}/four.$(host)
before skipped: warn
warn @: ; run echo warn
'''


def test_before_a_target_without_a_recipe(world):
    """Its body is its prerequisites: the hook runs before the first of them, once, and not when all are skipped."""
    world.write('app', 'x\n')
    world.fakefile(BODY.format(world.folder))
    alone = ('--verbose', '-H', 'w1', 'publish')
    check(said(world.fake(*alone)) == ['base', 'check', 'one', 'look', 'two'], 'before the body')
    lines = said(world.fake('--verbose', 'publish'))
    check(sorted(lines) == sorted(['base', 'check', 'one', 'look'] * 2 + ['two']) and lines[-1] == 'two', lines)
    rolled(world.fake('--verbose', 'skipped'), ['warn'] * 2)
    check(said(world.fake('--verbose', 'skipped')) == [], 'four is skipped, and so is what is before it')
    world.fakefile(BODY.format(world.folder) + 'base: publish-needs\npublish-needs @: one ; run echo needs\n')
    check(said(world.fake(*alone)) == ['one', 'needs', 'base', 'check', 'look', 'two'], 'but what it needs itself')


def test_failure_before_a_target_without_a_recipe(world):
    """A failed check stops all of the body, on that host with -k, else everywhere."""
    world.write('app', 'x\n')
    world.fakefile(BODY.format(world.folder))
    result = world.fake('--verbose', 'publish', 'bad=w2', code=2)
    lacks(result, 'out: two', 'out: look')
    contains(result.err, 'check failed on w2, step 2 (Fakefile:15):', 'one failed on w2:\n    a target that runs before it failed')
    result = world.fake('--verbose', '-k', '-H', 'w1,w2', 'publish', 'bad=w2', code=2)
    check('one' in said(result) and said(result).count('one') == 1, result)
    lacks(result, 'out: two')  # it is for all hosts


def test_hooks_of_on_failure(world):
    world.fakefile('''
ssh_transport = local
hosts = w1 w2
deploy @: ; run false
on-failure deploy: undo
undo @: ; run echo undo
before undo: look
look @: ; run echo look
after undo: tell
tell @local: ; local echo tell
''')
    rolled(world.fake('--verbose', 'deploy', code=2), ['look', 'undo'] * 2, ['tell'])
    world.fakefile('ssh_transport = local\nhosts = w1\ndeploy @: ; run true\non-failure deploy: undo\n'
                   'undo @: ; run echo undo\nafter undo: tell\ntell @: ; run echo tell\n')
    check(said(world.fake('--verbose', 'deploy')) == [], 'nothing failed')


def test_on_failure_of_what_has_no_hosts(world):
    """A task of this machine, a file: the tasks run on all of their hosts, and know what failed."""
    world.fakefile('''
ssh_transport = local
hosts = w1 w2
here @local:
    local exit 3
file:
    @exit 4
on-failure here file: tell
tell @:
    run echo $(quote [$(failed)] [$(status)] [$(failed.hosts)])
''')
    check(world.fake('here', code=2).out.count('[w[1-2]] out: [local exit 3] [3] []\n') == 1, 'a task')
    check(world.fake('file', code=2).out.count('[w[1-2]] out: [exit 4] [4] []\n') == 1, 'a file')


def test_on_failure_of_a_chain(world):
    """A target without a recipe has failed when one of its prerequisites did, or a hook of one."""
    text = '''
ssh_transport = local
hosts = w1 w2 w3
deploy @: upload check
deploy: batch = 2
upload @:
    run echo upload
check @:
    run true
after check: verify
verify @:
    run test $(host) = w1
on-failure deploy: mark
mark @:
    run echo mark $(host)
'''
    world.fakefile(text)
    lines = said(world.fake('--verbose', 'deploy', code=2))
    check(sorted(lines) == ['mark w1', 'mark w2', 'upload', 'upload'], lines)


def test_hook_of_a_hook_behind_a_barrier(world):
    """What nobody has asked for yet is not given up while a barrier is passed: its turn comes later."""
    world.servers(2)
    world.fakefile('''
all @: updated publishing finished
updated @:
publishing @: ; run true
finished @:
.BARRIER: publishing
after updated: static
static @: ; run true
after finished: restart
restart @: ; run true
restart: batch = 1
after restart: reload
reload @: ; run echo reloaded
''')
    result = world.fake('all')
    check(result.out.count('out: reloaded') == 2, result)
