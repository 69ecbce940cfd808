"""§5: what is unchanged is skipped, and only that."""
from harness import check, contains, lacks


def deploy(world):
    world.servers(1)
    world.fakefile(f'''
deploy @: app
    put app {world.folder}/installed
    run echo ran it
''')
    world.write('app', 'one\n')


def test_record_comes_and_goes(world):
    deploy(world)
    contains(world.fake('--explain', 'deploy'), 'no record', 'ran it')
    lacks(world.fake('deploy'), 'ran it')
    world.fakefile(f'''
deploy @: app
    put app {world.folder}/installed
    run false
''')
    world.fake('deploy', code=2)
    deploy_again = world.fake('deploy', code=2)
    contains(deploy_again, 'step 2')
    world.fakefile(f'''
deploy @: app
    put app {world.folder}/installed
    run echo ran it
''')
    contains(world.fake('deploy'), 'ran it')


def test_explain_names_what_changed(world):
    deploy(world)
    world.fake('deploy')
    world.write('app', 'two\n')
    contains(world.fake('--explain', 'deploy'), 'app', 'changed', 'ran it')
    world.fakefile(f'deploy @: app\n    put app {world.folder}/installed\n    run echo ran other\n')
    contains(world.fake('--explain', 'deploy'), 'step 2', 'ran other')


def test_what_the_fingerprint_decides_is_not_asked(world):
    """Of a record with another one the places are not looked at, but where reasons are wanted; of a job that is skipped
    nothing else is asked."""
    tools, log = world.folder / 'tools', world.folder / 'asked'
    tools.mkdir()
    (tools / 'stat').write_text(f'#!/bin/sh\necho "$*" >>{log}\nexec /usr/bin/stat "$@"\n')
    (tools / 'stat').chmod(0o755)
    world.fakefile(f'''
ssh_transport = command env HOME={world.folder}/h1 PATH={tools}:$(PATH) sh
hosts = h1
deploy @: app
    put app {world.folder}/installed
    run echo ran it
''')
    (world.folder / 'h1').mkdir()

    def comparisons(wanted, *words):
        log.write_text('')
        (contains if wanted else lacks)(world.fake('deploy', *words), 'ran it')
        asked = log.read_text()
        check(wanted or '%s %a' not in asked, asked)
        return asked.count('.lock.by')
    for content, runs, looked in (('one', True, 0), ('one', False, 1), ('four', True, 0), ('four', False, 1)):
        world.write('app', content)
        check(comparisons(runs) == looked, (content, looked))
    world.write('app', 'eleven')
    (world.folder / 'installed').write_text('someone else')
    result = world.fake('--explain', '-n', 'deploy')
    contains(result, 'app changed', 'installed on h1 is not as it was left')
    contains(world.fake('deploy'), 'ran it')


def test_places_of_what_was_not_asked(world):
    """Two files go into one folder, which only the host can say: it is not asked when their tasks are skipped."""
    world.servers(1)
    place = world.folder / 'dir'
    place.mkdir()
    for name in 'abc':
        world.write(name, name)
    world.fakefile(f'''
all: ta tb tc
ta @: a
    put a {place}
tb @: b
    put b {place}
tc @: c
    put c {place}/c
''')
    world.fake('all')
    world.write('c', 'other')
    result = world.fake('all')
    contains(result, 'put: c')
    lacks(result, 'put: a', 'put: b')
    world.fakefile(f'''
all: ta tb tc
ta @: a
    put a {place}
tb @: b
    put b {place}
tc @: c
    put c {place}/b
''')
    contains(world.fake('all', code=2), f'both tb and tc write {place}/b')


def test_inputs_are_expanded_once(world):
    deploy(world)
    log = world.write('log', '')
    world.fakefile(f'''
deploy: inputs = $(shell echo x >>log; echo y)
deploy @: app
    put app {world.folder}/installed
    run echo ran it
''')
    for count, runs in ((1, True), (2, False)):
        (contains if runs else lacks)(world.fake('deploy'), 'ran it')
        check(log.read_text() == count * 'x\n', log.read_text())


def test_names_that_sha256sum_escapes(world):
    world.servers(1)
    (world.folder / 'there').mkdir()
    world.fakefile(f"deploy @: app\n    put 'app' '{world.folder}/there/a\\b'\n")
    world.write('app', 'one\n')
    contains(world.fake('deploy'), 'put: app')
    check((world.folder / 'there/a\\b').exists(), 'there')
    lacks(world.fake('deploy'), 'put: app')


def test_destination_changed_or_removed(world):
    deploy(world)
    world.fake('deploy')
    (world.folder / 'installed').write_text('someone else\n')
    contains(world.fake('--explain', 'deploy'), 'installed', 'ran it')
    check((world.folder / 'installed').read_text() == 'one\n', 'put again')
    (world.folder / 'installed').unlink()
    contains(world.fake('deploy'), 'ran it')
    lacks(world.fake('deploy'), 'ran it')


def test_destination_removed_by_the_task(world):
    world.servers(1)
    world.fakefile(f'''
deploy @: app
    put app {world.folder}/x
    run cp {world.folder}/x {world.folder}/y && echo ran it
    run rm {world.folder}/x
''')
    world.write('app', 'one\n')
    contains(world.fake('deploy'), 'ran it')
    lacks(world.fake('deploy'), 'ran it')


def test_without_inputs_always_runs(world):
    world.servers(1)
    world.fakefile('restart @:\n    run echo restarted\n')
    contains(world.fake('restart'), 'restarted')
    contains(world.fake('restart'), 'restarted')


def test_dry_run_changes_nothing(world):
    deploy(world)
    result = world.fake('-n', 'deploy')
    contains(result, 'would run', 'deploy', world.addresses[0])
    lacks(result, 'out: ran it')
    check(not (world.folder / 'installed').exists(), 'nothing sent')
    check(not (world.host_home(world.addresses[0]) / '.fake').exists(), 'no record, no lock')
    world.fake('deploy')
    lacks(world.fake('-n', 'deploy'), 'would run')
    check(world.fake('-q', 'deploy').code == 0, 'nothing to do')
    world.write('app', 'two\n')
    world.fake('-q', 'deploy', code=1)


def test_files_taken_as_old_or_new(world):
    """-o and -W: of a task's prerequisites and of what its steps read."""
    world.servers(1)
    world.fakefile(f'''
deploy @: app
    put app conf {world.folder}/
''')
    for name in ('app', 'conf'):
        world.write(name, 'one\n')
    world.fake('deploy')
    for name in ('app', 'conf'):
        contains(world.fake('-n', '-W', name, 'deploy'), f'would run deploy on {world.addresses[0]}: {name} is taken')
        world.write(name, 'two\n')
        lacks(world.fake('-o', name, 'deploy'), 'Executing')
        contains(world.fake('--explain', 'deploy'), f'{name} changed')


def test_owed_hook(world):
    world.servers(1)
    world.fakefile(f'''
deploy @: app
    put app {world.folder}/installed
    run echo ran it
restart @:
    run test -e {world.folder}/allowed
    run echo restarted
after deploy: restart
''')
    world.write('app', 'one\n')
    world.fake('deploy', code=2)
    (world.folder / 'allowed').write_text('')
    result = world.fake('--explain', 'deploy')
    contains(result, 'out: restarted', 'it is owed: an earlier run of deploy did not come to its end')
    lacks(result, 'ran it')
    lacks(world.fake('deploy'), 'out: restarted')


def test_rebuilt_but_identical(world):
    world.servers(1)
    world.fakefile(f'''
app: source
    sed s/x/y/ source > app
deploy @: app
    put app {world.folder}/installed
    run echo ran it
''')
    world.write('source', 'one\n')
    contains(world.fake('deploy'), 'ran it')
    world.write('source', 'one\n\n')
    (world.project / 'source').write_text('one\n')
    lacks(world.fake('deploy'), 'ran it')


def test_conditions_that_hosts_decide(world):
    """What depends on $(run …) has its value on each host; in the fingerprint, all that it may come to counts."""
    one, two = world.servers(2)
    (world.host_home(one) / 'flag').write_text('')
    lines = f'''
deploy @: app
    put app {world.folder}/$(host).app
    run echo $(host) $(if $(exists flag),yes,no) $(filter a c,$(run echo a b c)) $(if $(filter x,$(list)),x,y) $(or $(run :),none)
list = $(run echo x y z)
'''
    world.write('app', 'one\n')
    world.fakefile(lines)
    contains(world.fake('deploy'), f'out: {one} yes a c x none', f'out: {two} no a c x none')
    lacks(world.fake('deploy'), 'out: ')
    for old, new in ((',no)', ',absent)'), ('a c,', 'a b,'), (',none)', ',nothing)')):
        lines = lines.replace(old, new)
        world.fakefile(lines)
        contains(world.fake('deploy'), f'out: {one} yes')
        lacks(world.fake('deploy'), 'out: ')


def test_inputs_that_cannot_be_expanded(world):
    """What a value fails by is told once, and what it would decide about does not run; nor does its chain."""
    world.fakefile(f'''
hosts = localhost
alone @:
    run touch {world.folder}/ran
here @local:
    local touch {world.folder}/ran
chain @: first
first @:
    run touch {world.folder}/ran
alone here chain: inputs = $(shell echo no such inventory >&2; false)
''')
    for goal, name in (('alone', 'alone failed on localhost'), ('here', 'here failed on this machine'),
                       ('chain', 'first failed on localhost')):
        for options in ([], ['-n'], ['-B']):
            result = world.fake(*options, goal, code=2)
            contains(result.err, f"{name}:\n    its 'inputs' cannot be expanded")
            check(result.err.count('\nno such inventory') + result.err.startswith('no such') == 1, result)
            check(not (world.folder / 'ran').exists(), 'it ran')
