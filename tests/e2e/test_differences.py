"""-n and --diff: what will change in the files of hosts. Hosts are this machine."""
from harness import check, contains, lacks

TEXT = '''
ssh_transport = local
hosts = h1 h2
version = 1
define page
hello
version $(version)
endef
deploy @:
    put app.conf {0}/app.$(host)
    put tree {0}/tree.$(host)
    put --text=page {0}/page.$(host)
    link releases/$(version) {0}/current.$(host)
'''


def prepare(world):
    site = world.folder / 'site'
    site.mkdir()
    world.write('app.conf', 'one\ntwo\nthree\n')
    world.write('tree/static', 'static\n')
    world.write('tree/data', b'a\0b')
    world.fakefile(TEXT.format(site))
    return site


def test_dry_run_names_what_changes(world):
    site = prepare(world)
    result = world.fake('-n', 'deploy')
    check(result.out.count(f'[h[1-2]] differs: {site}/') == 5 and result.out.count(': new\n') == 5, result)
    check(not list(site.iterdir()), 'nothing is sent')
    world.fake('deploy')
    lacks(world.fake('-n', '-B', 'deploy'), 'differs')
    world.write('app.conf', 'one\n2\nthree\n')
    (site / 'tree.h2' / 'static').unlink()
    result = world.fake('-n', 'deploy', 'version=2')
    check(sorted(line for line in result.out.splitlines() if '] differs: ' in line) == [
        f'[h2] differs: {site}/tree.h2/static: new',
        f'[h[1-2]] differs: {site}/app.$(host): changed',
        f'[h[1-2]] differs: {site}/current.$(host): a link to releases/1 becomes one to releases/2',
        f'[h[1-2]] differs: {site}/page.$(host): changed'], result)


def test_lines_that_change(world):
    site = prepare(world)
    world.fake('deploy')
    world.write('app.conf', 'one\n2\nthree\n')
    world.write('tree/data', b'a\0c')
    for options in (['-n', '--diff'], ['--diff']):
        result = world.fake(*options, 'deploy', 'version=2')
        contains(result, f'''[h[1-2]] differs: {site}/app.$(host): changed
    @@ -1,3 +1,3 @@
     one
    -two
    +2
     three
''', f'''[h[1-2]] differs: {site}/tree.$(host)/data: changed
[h[1-2]] differs: {site}/page.$(host): changed
    @@ -1,2 +1,2 @@
     hello
    -version 1
    +version 2
''')
    check((site / 'app.h1').read_text() == 'one\n2\nthree\n', 'and it was sent')
    lacks(world.fake('--diff', 'deploy', 'version=2'), 'differs')
    events = world.fake('--json', '--diff', '-B', 'deploy', 'version=3').events()
    check([event['step'] for event in events if event['event'] == 'difference'] == [3, 4, 3, 4], events)


def test_a_large_tree_is_cut(world):
    site = prepare(world)
    for number in range(50):
        world.write(f'tree/{number:02}', 'x\n')
    result = world.fake('-n', '-H', 'h1', 'deploy')
    check(result.out.count('differs') == 1 + 20 + 1 + 2, result)
    contains(result, '[h1] differs: and 32 more\n')
    check(world.fake('-n', '--diff', '-H', 'h1', 'deploy').out.count('differs') == 1 + 52 + 2, 'all of them')


def test_secrets_are_masked(world):
    site = prepare(world)
    (site / 'key').write_text('old-and-harmless\n')
    world.fakefile(f'''
ssh_transport = local
hosts = h1
key = $(secret echo very-secret-key)
deploy @:
    put --text=key {site}/key
''')
    result = world.fake('--diff', 'deploy')
    contains(result, '-old-and-harmless', '+***')
    lacks(result, 'very-secret')
    check((site / 'key').read_text() == 'very-secret-key\n', 'it arrived')


def test_what_an_earlier_job_would_have_made(world):
    """Under -n it is not there, so what needs it to be known is not known; nothing has failed."""
    site = world.folder / 'site'
    world.fakefile(f'''
ssh_transport = local
hosts = h1
pack @local:
    local mkdir -p dist; echo 1 > dist/version; touch dist/a.whl
shell @: pack
    run echo $(shell cat dist/version)
hash @: pack
    run echo $(hash dist/version)
wildcard @: pack
    put $(wildcard dist/*.whl) {site}/
variable @: pack
    run true
variable: inputs = $(shell cat dist/version)
member @: pack
    run true
chain @: member
chain: inputs = $(shell cat dist/version)
after shell: hook
hook @:
    run true
here @local: shell
    local echo $(shell cat dist/version)
listed @:
    run echo $(shell cat dist/version)
typo @: pack
    run echo $(git-revision nothere)
remote @:
    run true
apart @: remote
    run echo $(shell cat dist/version)
''')
    lacking = '$(shell cat dist/version) failed with exit code 1'
    for goal, job, why in (('shell', 'shell', lacking), ('hash', 'hash', 'hash: dist/version: No such file'),
                           ('wildcard', 'wildcard', 'too few arguments'), ('variable', 'variable', lacking),
                           ('chain', 'member', lacking), ('here', 'here', lacking)):
        result = world.fake('-n', goal)
        contains(result, 'would run pack', f'may run {job}', f': not known before pack has run: {why}')
        lacks(result, '***', 'failed:')
        world.fake('-q', goal, code=1)
    contains(world.fake('-n', 'shell'), 'may run hook')
    contains(world.fake('-n', 'pack', 'listed'), 'may run listed')
    contains(world.fake('--sandbox', 'shell'), 'may run shell')
    # nobody would have made it
    for goal in ('typo', 'apart', 'listed'):
        contains(world.fake('-n', goal, code=2), f'{goal} failed on h1')
        contains(world.fake('-n', goal, code=2), '*** ')
    world.fake('pack')
    for goal in ('shell', 'hash', 'wildcard', 'variable', 'chain', 'here'):
        lacks(world.fake('-n', goal), 'not known')


def test_an_error_is_told_once(world):
    """Of a variable that two lines or hosts use, what is wrong with it is one thing."""
    world.fakefile("""
ssh_transport = local
hosts = h1 h2
revision = $(shell echo no >&2; false)
deploy @:
    run echo $(revision)
    run echo $(revision)
""")
    result = world.fake('-k', 'deploy', code=2)
    check(result.err.count('*** ') == 1, result)
    contains(result, 'deploy failed on h[1-2]')


def test_sandbox(world):
    """Each command's syntax is checked by the shell that would run it; nothing runs, gates neither."""
    world.servers(2)
    touch = f'touch {world.folder}/ran'
    world.write('tree', 'x\n')
    world.fakefile(f'''
deploy @: build
    only-if {touch}
    cd /tmp
    run {touch}
    run if {touch}; then
    sudo {touch}; done
    put tree {world.folder}/ran
    run {{
        case x in
        x) {touch};;
    }}
build @local:
    local {touch}
    local ( {touch}
fine @:
    run {touch} && [[ -e x ]]
after deploy: hook
hook @:
    run {touch} )
fine: remote_shell = bash -c
''')
    result = world.fake('--sandbox', 'deploy', 'fine', code=2)
    every = f'{world.addresses[0].rsplit(".", 1)[0]}.[1-2]'
    for host, step, line in ((every, 'deploy, step 4', 10), (every, 'deploy, step 5', 11), (every, 'deploy, step 7', 13),
                             (every, 'hook, step 1', 24), ('local', 'build, step 2', 19)):
        contains(result, f'[{host}] error: {step} (Fakefile:{line}): this would not run: ')
    check(result.err.count('this would not run') == 5, result)
    check(not (world.folder / 'ran').exists(), 'nothing ran')
    contains(world.fake('--sandbox', 'fine'), f'would run fine on {every}: --sandbox')
    world.fakefile(f"""
late @:
    run echo $(run {touch}) (
    run --into=word echo word
    cd $(run echo /tmp)
    run echo $(word)
    local echo $(run {touch}) (
""")
    result = world.fake('--sandbox', 'late')
    for step in (1, 4, 5):
        contains(result.err, f'[{every}] warning: late, step {step} (Fakefile:{step + 6}): '
                 'not checked: what it runs is known only at its turn')
    check(result.err.count('not checked') == 3, result)
    check(not (world.folder / 'ran').exists(), 'nothing ran')
