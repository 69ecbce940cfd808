"""§5: sequences after which a skip would be wrong. Hosts are this machine, unless a test says otherwise."""
import os
import pathlib
import shutil
import subprocess

from harness import check, contains, lacks

LOCAL = 'ssh_transport = local\nhosts = h1\n'


def ran(result):
    return [line.split(': ', 1)[1] for line in result.all.splitlines() if '] out: ' in line]


def files(world):
    world.write('app', 'one\n')
    (world.folder / 'site').mkdir()


def test_deploy_roll_back_deploy(world):
    """The same version again after another one: it must run, although its last record fits."""
    files(world)
    world.fakefile(LOCAL + f'''
version = 1
deploy @: app
    put app {world.folder}/site/app
    run echo version $(version) | tee {world.folder}/site/version
rollback @:
    run echo version 0 | tee {world.folder}/site/version
rollback: record = deploy
''')
    check(ran(world.fake('--verbose', 'deploy')) == ['version 1'], 'deployed')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'unchanged')
    world.fake('rollback')
    check(ran(world.fake('--verbose', 'deploy')) == ['version 1'], 'and again, after the rollback')
    world.fake('--verbose', 'deploy', 'version=2')
    check(ran(world.fake('--verbose', 'deploy')) == ['version 1'], 'and after another version')
    check((world.folder / 'site/version').read_text() == 'version 1\n', 'the last one is there')


def test_two_operators(world):
    """Two checkouts, one account on the host: who deployed last is what counts."""
    files(world)
    text = LOCAL + f'deploy @: app\n    put app {world.folder}/site/app\n    run cat {world.folder}/site/app\n'
    world.fakefile(text)
    other = world.folder / 'other'
    shutil.copytree(world.project, other)
    (other / 'app').write_text('two\n')
    check(ran(world.fake('--verbose', 'deploy')) == ['one'], 'anna')
    check(ran(world.fake('--verbose', 'deploy', cwd=other)) == ['two'], 'ben')
    check(ran(world.fake('--verbose', 'deploy')) == ['one'], 'anna again: ben was there')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'unchanged')


CHAIN = '''
deploy @: upload migrate restart
deploy: inputs = $(version)
version = 1
upload @: app
    put app {0}/site/app
    run echo upload
migrate @:
    run test ! -e {0}/broken
    run echo migrate
restart @:
    run echo restart
'''


def chain(world):
    files(world)
    world.fakefile(LOCAL + CHAIN.format(world.folder))


ALL = ['upload', 'migrate', 'restart']


def test_chain(world):
    """A target without a recipe that has inputs decides for all of its chain."""
    chain(world)
    check(ran(world.fake('--verbose', 'deploy')) == ALL, 'first')
    result = world.fake('--verbose', 'deploy')
    check(ran(result) == [], 'unchanged, restart too')
    check(ran(world.fake('--verbose', 'deploy', 'version=2')) == ALL, 'upload too, though its own file is the same')
    contains(world.fake('--explain', 'deploy', 'version=3'), 'deploy: inputs')
    check(ran(world.fake('--verbose', 'deploy', 'version=3')) == [], 'unchanged')
    check(ran(world.fake('--verbose', 'restart')) == ['restart'], 'by itself it has no inputs')
    check(ran(world.fake('--verbose', 'deploy', 'version=3')) == ALL, 'a member ran alone: the chain has no record')
    contains(world.fake('-n', 'deploy'), 'would run restart')
    world.fake('--verbose', 'deploy')
    lacks(world.fake('-n', 'deploy'), 'would run')


def test_chain_half_done(world):
    chain(world)
    (world.folder / 'broken').touch()
    check(ran(world.fake('--verbose', 'deploy', code=2)) == ['upload'], 'half')
    (world.folder / 'broken').unlink()
    check(ran(world.fake('--verbose', 'deploy')) == ALL, 'all of it')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'unchanged')
    (world.folder / 'broken').touch()
    world.fake('--verbose', 'deploy', 'version=2', code=2)
    (world.folder / 'broken').unlink()
    check(ran(world.fake('--verbose', 'deploy')) == ALL, 'version 1 again, after half of version 2')


def test_chain_member_changed_by_hand(world):
    chain(world)
    world.fake('--verbose', 'deploy')
    (world.folder / 'site/app').write_text('by hand\n')
    check(ran(world.fake('--verbose', 'deploy')) == ALL, 'what upload left is not as it was')
    text = LOCAL + CHAIN.format(world.folder)
    world.fakefile(text.replace('run echo migrate', 'run echo migrate'.upper().lower() + 'd'))
    check(ran(world.fake('--verbose', 'deploy')) == ['upload', 'migrated', 'restart'], 'a recipe of the chain changed')


def test_removed_file_and_restored_backup(world):
    files(world)
    world.fakefile(LOCAL + f'deploy @: app\n    put app {world.folder}/site/app\n    run echo ran\n')
    site = world.folder / 'site'
    world.fake('--verbose', 'deploy')
    (site / 'app').unlink()
    check(ran(world.fake('--verbose', 'deploy')) == ['ran'], 'removed')
    shutil.copytree(site, world.folder / 'backup')
    world.write('app', 'two\n')
    world.fake('--verbose', 'deploy')
    shutil.rmtree(site)
    shutil.copytree(world.folder / 'backup', site)
    check(ran(world.fake('--verbose', 'deploy')) == ['ran'], 'an old one is back')
    check((site / 'app').read_text() == 'two\n', 'the new one is there again')
    shutil.rmtree(world.folder / 'backup')
    shutil.copytree(site, world.folder / 'backup')
    shutil.rmtree(site)
    shutil.copytree(world.folder / 'backup', site)
    check(ran(world.fake('--verbose', 'deploy')) == [], 'the same content under another inode')


def test_restored_home(world):
    """A host set back to an old state, records and all, knows what it has."""
    files(world)
    world.fakefile(LOCAL + f'deploy @: app\n    put app {world.home}/app\n    run echo ran\n')
    world.fake('--verbose', 'deploy')
    shutil.copytree(world.home, world.folder / 'old', symlinks=True)
    world.write('app', 'two\n')
    world.fake('--verbose', 'deploy')
    shutil.rmtree(world.home)
    shutil.copytree(world.folder / 'old', world.home, symlinks=True)
    check(ran(world.fake('--verbose', 'deploy')) == ['ran'], 'the record is of version one, too')
    check((world.home / 'app').read_text() == 'two\n', 'two is there')


def test_another_name_of_the_machine(world):
    files(world)
    world.fakefile(LOCAL + 'deploy @: app\n    put app $$HOME/app\n    run echo on $(host)\n'.replace('$$HOME', '~'))
    check(ran(world.fake('--verbose', 'deploy')) == ['on h1'], 'first')
    check(ran(world.fake('-H', 'h2', 'deploy')) == ['on h2'], 'the same machine, by a name not in the Fakefile')
    result = world.fake('--explain', 'deploy')
    contains(result, 'newer record under another name')
    check(ran(result) == ['on h1'], 'so the record of h1 says nothing')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'unchanged')
    text = LOCAL + '@more: hosts = h2\ndeploy @: app\n    put app ~/app\n    run echo on $(host)\n'
    world.fakefile(text)
    world.fake('-H', 'h2', 'deploy')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'listed: another host, as far as the Fakefile knows')


def test_two_jobs_write_the_same_place(world):
    files(world)
    world.write('other', 'other\n')
    text = LOCAL + f'''
all @: one two
one @: app
    put app {world.folder}/site/app
two @: other
    put other {world.folder}/site/app
'''
    world.fakefile(text)
    result = world.fake('all', code=2)
    contains(result, 'both one and two write', 'site/app')
    check(not (world.folder / 'site/app').exists(), 'nothing was begun')
    world.fakefile(text + 'two: record = one\n')
    world.fake('all')


def test_hook_writes_the_same_place(world):
    """The record keeps what was there at the end of the run."""
    files(world)
    world.write('other', 'other\n')
    world.fakefile(LOCAL + f'''
one @: app
    put app {world.folder}/site/app
    run echo one
two @: other
    put other {world.folder}/site/app
after one: two
''')
    check(ran(world.fake('--verbose', 'one')) == ['one'], 'first')
    check((world.folder / 'site/app').read_text() == 'other\n', "the hook's")
    check(ran(world.fake('--verbose', 'one')) == [], 'unchanged')
    (world.folder / 'site/app').write_text('one\n')
    check(ran(world.fake('--verbose', 'one')) == ['one'], 'changed by hand')


def test_shared_state_folder(world):
    """Under a state_dir the group has its part in folder, records and lock."""
    files(world)
    state = world.folder / 'state'
    state.mkdir(mode=0o775)
    world.fakefile(LOCAL + f'state_dir = {state}\ndeploy @: app\n    put app {world.folder}/site/app\n')
    world.fake('--verbose', 'deploy')
    folder = state / 'e2e'
    check(oct(folder.stat().st_mode & 0o7777) == '0o2770', oct(folder.stat().st_mode))
    for path in folder.iterdir():
        check(oct(path.stat().st_mode & 0o777) == '0o660', f'{path} {oct(path.stat().st_mode)}')
    check((folder / 'deploy@h1').stat().st_gid == state.stat().st_gid, 'its group')
    if os.geteuid() == 0:
        return  # root may write everywhere
    folder.chmod(0o500)
    world.write('app', 'two\n')
    contains(world.fake('--verbose', 'deploy', code=2), 'cannot be written')


def test_chain_over_a_barrier(world):
    """Stages to hook into and a barrier in the chain are decided for, too."""
    files(world)
    world.fakefile('''
ssh_transport = local
hosts = h1 h2
deploy @: starting upload publish
deploy: inputs = 1
starting @:
before starting: hello
hello @:
    run echo hello
upload @:
    run echo upload
.BARRIER: publish
publish @:
    run echo publish
after publish: bye
bye @:
    run echo bye
''')
    check(sorted(ran(world.fake('--verbose', 'deploy'))) == sorted(2 * ['hello', 'upload', 'publish', 'bye']), 'first')
    check(ran(world.fake('--verbose', 'deploy')) == [], 'unchanged')


# ---- what -n says is what the run then does

TABLE = '''
ssh_transport = local
hosts = h1 h2
version = 1
all @: site chain service
site @: app pack
    put app {0}/site.$(host)
pack @local: source
    local cp source packed
pack: outputs = packed
prog: source
    cp source prog
chain @: one two
chain: inputs = $(version)
one @: prog
    put prog {0}/one.$(host)
two @:
    run echo two
service @: conf
    put conf {0}/conf.$(host)
after service: reload
reload @:
    run test ! -e {0}/broken
'''

SITUATIONS = [
    ('first', lambda world: None, []),
    ('unchanged', lambda world: None, []),
    ('a source', lambda world: world.write('source', 'changed\n'), []),
    ('a file sent', lambda world: world.write('app', 'changed\n'), []),
    ('by hand on one host', lambda world: (world.folder / 'site.h2').write_text('by hand\n'), []),
    ('removed on one host', lambda world: (world.folder / 'conf.h1').unlink(), []),
    ('an output here', lambda world: (world.project / 'packed').unlink(), []),
    ('a version', lambda world: None, ['version=2']),
    ('one host', lambda world: world.write('conf', 'changed\n'), ['-H', 'h1', 'version=2']),
    ('a variable', lambda world: None, ['version=3']),
    ('forced', lambda world: None, ['-B', 'version=3']),
    ('unchanged again', lambda world: None, ['version=3']),
]


def named(result, *kinds):
    """Those with steps of their own: whether a target that stands for others counts as run depends on what arrives."""
    return sorted({(event['target'], event.get('host') or '') for event in result.events()
                   if event['event'] in kinds and event['target'] not in ('all', 'chain')})


def test_dry_run_says_what_the_run_does(world):
    world.fakefile(TABLE.format(world.folder))
    for name in ('source', 'app', 'conf'):
        world.write(name, f'{name}\n')
    for name, change, options in SITUATIONS:
        change(world)
        says = world.fake('--json', '-n', *options, 'all')
        would = named(says, 'job-would-run')
        does = named(world.fake('--json', *options, 'all'), 'job-began')
        # What is made anew may turn out to be the same: then what reads it does not run.
        unknown = {(event['target'], event.get('host') or '') for event in says.events() if event.get('unsure')}
        check(set(does) <= set(would), f'{name}: -n says {would}, the run does {does}')
        check(set(would) - set(does) <= unknown, f'{name}: -n says {would}, the run does {does}')
        check(bool(does) == ('unchanged' not in name), f'{name}: {does}')


# Each is run three times: first, again, and after `app` has changed on all hosts.
PLANS = {
    'hooks of hooks': '''
go @: app ; put app {0}/go.$(host)
before go: b
b @: ; run true
before b: bb
bb @local: ; local true
after go: a
a @: ; run true
after a: aa
aa @: app ; put app {0}/aa.$(host)
''',
    'body of a target without a recipe': '''
go @: one two
before go: b
b @: ; run true
after go: a
a @: ; run true
one @: app ; put app {0}/one.$(host)
two @: app ; put app {0}/two.$(host)
''',
    'gates': '''
go @: yes no both
yes @:
    only-if true
    run true
no @:
    only-if ! true
    run true
after no: a
a @: ; run true
both @: app
    only-if [ $(host) = h1 ]
    put app {0}/both.$(host)
''',
    'barrier and primary': '''
go @: one two three
.BARRIER: three
.PRIMARY: two
one @: app ; put app {0}/one.$(host)
two @: ; run true
three @: one ; run true
after three: a
a @: ; run true
''',
    'rolled': '''
go @: one two
go: batch = 1
one @: app ; put app {0}/one.$(host)
two @: ; run true
after one: a
a @local: ; local true
''',
    'once and always': '''
go @: one two three
one @: ; run true
one: inputs = once
two @: app ; put app {0}/two.$(host)
.ALWAYS: two
three @: two ; run true
three: inputs = $(shell cat app)
''',
    'a shared record': '''
go @: one two
one @: app ; put app {0}/one.$(host)
two @: app ; run true
two: record = one
''',
    'a chain with inputs': '''
go @: one two
go: inputs = $(shell cat app)
one @: app ; put app {0}/one.$(host)
two @: ; run true
after one: a
a @: ; run true
''',
    'files and tasks of this machine': '''
go @: out pack ; put out {0}/out.$(host)
out: app ; cp app out
pack @local: out ; local cp out packed
after pack: a
a @local: ; local true
''',
    'a hook of several': '''
go @: one two three
one @: app ; put app {0}/one.$(host)
two @: ; run true
three @: app ; put app {0}/three.$(host)
after one three: a
a @: ; run true
before one two: b
b @: ; run true
''',
    'a hook without binding, a role': '''
@web: hosts = h1
go @: one two
one @web: app ; put app {0}/one.$(host)
two @web: ; run true
after one: a
a: ; @true
''',
    'a link and a folder': '''
go @: one
one @: app
    put app {0}/d.$(host)/
    link d.$(host) {0}/l.$(host)
after one: a
a @: ; run true
''',
}


def test_dry_run_of_many_plans(world):
    """Whatever the plan: what -n names as running runs, nothing else does, but for what it says may run."""
    for number, (name, text) in enumerate(PLANS.items()):
        site = world.folder / f'plan{number}'
        site.mkdir()
        for host in ('h1', 'h2'):
            (site / f'd.{host}').mkdir()
        world.write('app', 'one\n')
        world.fakefile(f'ssh_transport = local\nhosts = h1 h2\nproject = plan{number}\n' + text.format(site))
        for turn, content in enumerate(('one\n', 'one\n', 'two\n', 'two\n')):
            world.write('app', content)
            says = world.fake('--json', '-n', 'go').events()
            does = {(event['target'], event.get('host')) for event in world.fake('--json', 'go').events()
                    if event['event'] == 'job-began'}
            would = {(event['target'], event.get('host')): event.get('unsure', False) for event in says
                     if event['event'] == 'job-would-run'}
            check(does <= set(would), f'{name}, turn {turn}: it does {does}, -n says {would}')
            sure = {job for job, unsure in would.items() if not unsure}
            check(sure <= does, f'{name}, turn {turn}: -n says {would}, it does {does}')


def test_two_writers_of_a_place(world):
    """What is sure before the run is refused before it, all of it; the rest before the host is changed."""
    site = world.folder / 'site'
    (site / 'conf.d').mkdir(parents=True)
    text = LOCAL + f'''
dir = {site}
never @local:
    local touch {world.folder}/ran
change @:
    run touch {world.folder}/ran
all @: change one never two
one @:
    cd $(dir)
    ONE
two @: never
    TWO
'''
    for name in ('a', 'b', 'c'):
        world.write(name, f'{name}\n')
    sure = [('put a x', 'put a $(dir)/x'), ('put a b x/', 'put b $(dir)/x/'), ('link a l', '$(if 1,link b $(dir)/l)'),
            ('put --text=dir x', 'put --text=dir $(dir)/x')]
    for one, two in sure:
        world.fakefile(text.replace('ONE', one).replace('TWO', two))
        for options in ([], ['-n']):
            result = world.fake(*options, 'all', code=2)
            contains(result, f'*** both one and two write {site}', ' on h1.  Stop.')
            check(result.out == '', result)
    for one, two in (('put a x', 'put b $(dir)/x'), ('put a x', 'put --text=dir $(dir)/x')):
        world.fakefile(text.replace('ONE', one).replace('TWO', two))
        contains(world.fake('one', 'two', code=2), f'both one and two write {site}/x on h1')
        check(not (site / 'x').exists(), 'nothing was written')
    # the same name into a folder, no name into the same folder, and what belongs together
    (site / 'x').mkdir()
    world.fakefile(text.replace('ONE', 'put a x').replace('TWO', 'put b $(dir)/x'))
    world.fake('one', 'two')
    check(sorted(os.listdir(site / 'x')) == ['a', 'b'], 'two files in a folder')
    world.fakefile(text.replace('ONE', 'put a y').replace('TWO', 'put a $(dir)/y') + 'two: record = one\n')
    world.fake('one', 'two')
    world.fakefile(text.replace('ONE', 'put a y').replace('TWO', 'put a $(dir)/y') + 'after one: two\n')
    world.fake('one')


def test_two_steps_write_the_same_place(world):
    """Of one task: in their order, the later one stands, and is what the record has."""
    page = world.folder / 'page'
    for name in ('busy', 'index'):
        world.write(name, f'{name}\n')
    world.fakefile(LOCAL + f"""
swap @:
    put busy {page}
    run cp {page} {page}.between
    put index {page}
""")
    world.fake('swap')
    check((page.read_text(), (world.folder / 'page.between').read_text()) == ('index\n', 'busy\n'), 'in their order')
    contains(world.fake('swap'), 'is up to date')
    page.write_text('busy\n')
    lacks(world.fake('swap'), 'is up to date')
    check(page.read_text() == 'index\n', 'the later one')


def small_home(world, *options):
    """A file system of 64 KiB as the host's home; False when we may not mount one."""
    home = world.folder / 'small'
    home.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', ','.join(('size=64k', *options)), 'tmpfs', home]).returncode:
        return None
    world.closing.append(Mounted(home))
    return home


class Mounted:
    def __init__(self, path):
        self.path = path

    def close(self):
        subprocess.run(['umount', self.path], check=True)


HOMELESS = '''
ssh_transport = command env HOME={0} {1} sh
hosts = h1
deploy @: app
    put app {2}/site/app
    run echo deployed
after deploy: restart
restart @:
    run echo restarted
'''


def test_full_disk(world):
    """The record cannot be written: said, nothing is taken for unchanged, and hooks run."""
    files(world)
    home = small_home(world)
    if not home:
        return
    fill = 'run [ ! -e ~/filler ] || cat /dev/zero >>~/filler 2>/dev/null; '
    world.fakefile(HOMELESS.format(home, '', world.folder).replace('run echo deployed', fill + 'echo deployed'))
    world.fake('deploy')
    lacks(world.fake('--verbose', 'deploy'), 'deployed')
    (home / 'filler').write_bytes(b'')
    for content in ('two\n', 'three\n', 'three\n'):
        world.write('app', content)
        result = world.fake('deploy')
        contains(result, 'out: deployed', 'out: restarted')
        contains(result.err, '[h1] warning: deploy: its record cannot be written, so it will run again: ', 'No space left')
        check((world.folder / 'site/app').read_text() == content, 'it arrived')
    (home / 'filler').unlink()
    lacks(world.fake('deploy'), 'warning')
    lacks(world.fake('--verbose', 'deploy'), 'deployed')
    check(not list((home / '.fake/e2e').glob('.new*')), 'nothing half-written stays')


def test_read_only_home(world):
    """Said before the first step; another place for the records is the way out."""
    files(world)
    home = small_home(world, 'ro')
    if not home:
        return
    world.fakefile(HOMELESS.format(home, '', world.folder))
    result = world.fake('deploy', code=2)
    contains(result.err, 'records cannot be written in', 'set state_dir to a folder that can be written')
    check(not (world.folder / 'site/app').exists(), 'nothing was begun')
    contains(world.fake('-n', 'deploy'), 'would run deploy on h1')
    state = f'state_dir={world.folder}/state'
    world.fake('deploy', state)
    lacks(world.fake('--verbose', 'deploy', state), 'deployed')


def test_wrong_clocks(world):
    """A host that is a year ahead or behind, its files with it or not: what is changed in the second of the record, to
    the same size, is seen all the same."""
    files(world)
    library = next(pathlib.Path('/usr/lib').glob('*/faketime/libfaketime.so.1'), None)
    if not library:
        return
    for number, clock in enumerate(('FAKETIME=+1y', 'FAKETIME=-1y', 'FAKETIME=+1y NO_FAKE_STAT=1',
                                    'FAKETIME=-1y NO_FAKE_STAT=1')):
        world.fakefile(HOMELESS.format(world.home, f'LD_PRELOAD={library} {clock}', world.folder))
        app = world.folder / 'site/app'
        world.write('app', f'{number}\n')
        contains(world.fake('deploy'), 'out: deployed')
        lacks(world.fake('--verbose', 'deploy'), 'deployed')
        app.write_text('x\n')
        contains(world.fake('deploy'), 'out: deployed')
        check(app.read_text() == f'{number}\n', clock)
        lacks(world.fake('--verbose', 'deploy'), 'deployed')
