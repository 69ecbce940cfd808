"""rules/deploy.mk: releases as Capistrano has them, by both strategies, on real servers."""
import os
import shutil
import subprocess
import time

from harness import check, contains, lacks


def git(world, *arguments):
    return subprocess.run(['git', '-c', 'user.name=Tester', '-c', 'user.email=tester@example.com', *arguments],
                          cwd=world.project, env=world.environment(), check=True, capture_output=True, text=True).stdout.strip()


def commit(world, text):
    world.write('page.txt', text + '\n')
    git(world, 'add', 'page.txt')
    git(world, 'commit', '-q', '-m', text)
    return git(world, 'rev-parse', 'HEAD')


def project(world, more='', count=2):
    """A repository with one commit, and servers with a deploy_path each."""
    world.servers(count)
    paths = '\n'.join(f'@{address}: deploy_path = {world.folder}/{address}/www' for address in world.addresses)
    world.fakefile(f'''
{paths}
include deploy.mk
after finished: restart
restart @:
    run $(restart_command)
restart_command ?= cat $(current_path)/page.txt
{more}
''')
    world.write('.gitignore', '.fake\nFakefile\n')
    git(world, 'init', '-q', '-b', 'master')
    git(world, 'add', '.gitignore')
    return commit(world, 'one')


def www(world, address):
    return world.folder / address / 'www'


def releases(world, address):
    return sorted(os.listdir(www(world, address) / 'releases'))


def live(world, address):
    return os.path.basename(os.readlink(www(world, address) / 'current'))


def state(world, address, release):
    path = www(world, address) / 'releases' / release / '.fake-state'
    return path.read_text().strip() if path.exists() else 'ready'


def deploy(world, *arguments, **options):
    """Deploys; the names of releases are seconds, so two of them need a second between them."""
    time.sleep(1.05)
    return world.fake('deploy', *arguments, **options)


def flow(world):
    first = git(world, 'rev-parse', 'HEAD')
    contains(deploy(world), 'out: one')
    for address in world.addresses:
        check(releases(world, address) == [live(world, address)], releases(world, address))
        check((www(world, address) / 'current/page.txt').read_text() == 'one\n', 'the tree is there')
        check((www(world, address) / 'current/REVISION').read_text() == first + '\n', 'REVISION')
        check(state(world, address, live(world, address)) == 'good', 'good')
    a = live(world, world.addresses[0])
    check({live(world, address) for address in world.addresses} == {a}, 'one release for all')
    lacks(deploy(world), ' run: ', ' checkout: ', ' link: ')

    second = commit(world, 'two')
    contains(deploy(world), 'out: two')
    b = live(world, world.addresses[0])
    check(b > a, (a, b))

    contains(world.fake('rollback'), 'out: one')
    for address in world.addresses:
        check(live(world, address) == a, 'the release before')
        check(releases(world, address) == [a], releases(world, address))
        check((www(world, address) / f'rolled-back-release-{b}.tar.gz').exists(), 'put away')
    contains(deploy(world), 'out: two')
    c = live(world, world.addresses[0])
    check(c > b, (b, c))
    log = (www(world, world.addresses[0]) / 'revisions.log').read_text()
    check(log == f'Branch master (at {first}) deployed as release {a} by tester\n'
                 f'Branch master (at {second}) deployed as release {b} by tester\n'
                 f'tester rolled back to release {a}\n'
                 f'Branch master (at {second}) deployed as release {c} by tester\n', log)


def test_flow_by_checkout(world):
    project(world)
    flow(world)


def test_flow_by_clone(world):
    project(world, f'strategy = clone\nrepo_url = {world.project}')
    flow(world)
    check((www(world, world.addresses[0]) / 'repo/HEAD').exists(), 'a mirror')


def test_live_revision_is_skipped(world):
    project(world, count=1)
    address, = world.addresses
    deploy(world)
    name = live(world, address)
    lacks(deploy(world), ' run: ', ' checkout: ', ' link: ', 'out: one')
    check(releases(world, address) == [name], releases(world, address))
    contains(deploy(world, 'linked_dirs=log'), 'out: one')
    (www(world, address) / 'current').unlink()
    contains(deploy(world), 'out: one')


def test_other_revisions(world):
    first = project(world, count=1)
    git(world, 'tag', 'v1')
    commit(world, 'two')
    contains(deploy(world, 'tag=v1'), 'out: one')
    contains(deploy(world), 'out: two')
    contains(deploy(world, f'commit={first}'), 'out: one')


def test_annotated_tag_by_clone(world):
    project(world, f'strategy = clone\nrepo_url = {world.project}', count=1)
    address, = world.addresses
    first = git(world, 'rev-parse', 'HEAD')
    git(world, 'tag', '-a', '-m', 'the first', 'v1')
    git(world, 'branch', 'other/v1')
    commit(world, 'two')
    contains(deploy(world, 'tag=v1'), 'out: one')
    lacks(deploy(world, f'commit={first}', 'tag='), 'there is no')
    contains(world.fake('--explain', 'deploy', 'tag=v2', code=2), 'there is no v2 in')
    log = (www(world, address) / 'revisions.log').read_text()
    check(log.startswith(f'Branch v1 (at {first}) deployed as release '), log)


def test_pending(world):
    project(world)
    a, b = world.addresses
    contains(world.fake('pending'), 'out: nothing is live yet')
    deploy(world)
    result = world.fake('pending')
    contains(result, 'out: nothing is pending')
    lacks(result, 'warning: ')
    commit(world, 'two')
    deploy(world, '-H', a)
    commit(world, 'three')
    result = world.fake('pending')
    three, two = (git(world, 'rev-parse', '--short', name) for name in ('HEAD', 'HEAD^'))
    contains(result, f'[{a}] out: {three} three\n', f'[{b}] out: {three} three\n', f'[{b}] out: {two} two\n')
    lacks(result, f'[{a}] out: {two} two')


def test_rollback_to_a_release(world):
    project(world, count=1)
    address, = world.addresses
    names = []
    for text in ('one', 'two', 'three'):
        if names:
            commit(world, text)
        contains(deploy(world), f'out: {text}')
        names.append(live(world, address))
    contains(world.fake('rollback:release=nothing', code=2), 'err: there is no release')
    check(live(world, address) == names[2], 'stays')
    contains(world.fake(f'rollback:release={names[0]}'), 'out: one')
    check(live(world, address) == names[0], 'the one asked for')


def test_whatever_happens_to_releases(world):
    """A tree that the host remembers: the next release is the commit's, and the one to go back to stays as it was."""
    project(world, count=1)
    address, = world.addresses
    for i in range(300):
        world.write(f'many/{i % 9}/file {i}', f'{i}\n')
    git(world, 'add', '-A')
    git(world, 'commit', '-q', '-m', 'many')
    current, tree = www(world, address) / 'current', www(world, address) / 'repo/tree'

    def is_the_commit(release):
        for i in range(300):
            path = release / f'many/{i % 9}/file {i}'
            check(path.read_text() == f'{i}\n' and path.stat().st_mode & 0o777 == 0o644, path)

    def edited(folder):
        return lambda: (folder / 'many/1/file 1').write_text('edited\n')
    for number, change in enumerate((
            lambda: None, edited(current), lambda: (current / 'many/2/file 2').unlink(),
            lambda: (current / 'many/3/file 3').chmod(0o600), lambda: shutil.rmtree(current.resolve()),
            lambda: shutil.rmtree(www(world, address) / 'releases'), edited(tree),
            lambda: (tree / 'many/2/file 2').unlink(), lambda: (tree / 'many/3/file 3').chmod(0o600),
            lambda: shutil.rmtree(tree))):
        change()
        commit(world, f'change {number}')
        deploy(world)
        is_the_commit(current)
    good = current.resolve()
    commit(world, 'links')
    deploy(world, 'checkout_copy=cp -Rpl')
    for folder in current, current.resolve(), tree:
        edited(folder)()
        commit(world, f'{folder} was edited')
        deploy(world, 'checkout_copy=cp -Rpl')
        is_the_commit(current)
    is_the_commit(good)


def test_only_what_differs_is_sent(world):
    project(world, count=1)
    address, = world.addresses
    world.write('big', os.urandom(3_000_000))
    world.write('gone', 'x')
    world.write('lib/run', '#!/bin/sh\n', mode=0o755)
    (world.project / 'link').symlink_to('lib/run')
    world.write('.gitattributes', 'tests export-ignore\n')
    world.write('tests/one', 'x')
    git(world, 'add', '-A')
    commit(world, 'two')
    deploy(world)
    tree = www(world, address) / 'repo/tree'
    before = (tree / 'big').stat()
    git(world, 'rm', '-q', 'gone')
    commit(world, 'three')
    current = www(world, address) / 'current'
    (current / 'lib/run').write_text('edited there\n')
    (current / 'left.pyc').write_text('x')
    deploy(world)
    check((tree / 'big').stat().st_ino == before.st_ino, 'not sent again')
    check((current / 'big').read_bytes() == (world.project / 'big').read_bytes(), 'and in the release')
    release = current.resolve()
    found = sorted(str(path.relative_to(release)) for path in release.rglob('*'))
    check(found == ['.fake-state', '.gitattributes', '.gitignore', 'REVISION', 'big', 'lib', 'lib/run', 'link', 'page.txt'], found)
    check((current / 'lib/run').read_text() == '#!/bin/sh\n', 'releases do not share files')
    check((current / 'lib/run').stat().st_mode & 0o777 == 0o755 and os.readlink(current / 'link') == 'lib/run', 'modes, links')

    (tree / 'big').write_text('drifted\n')
    commit(world, 'four')
    deploy(world, 'checkout_copy=cp -Rpl')
    check((current / 'big').read_bytes() == (world.project / 'big').read_bytes(), 'what has drifted is sent')
    check((current / 'big').stat().st_ino == (tree / 'big').stat().st_ino, 'hard links')


def test_roles(world):
    project(world)
    a, b = world.addresses
    git(world, 'branch', 'staging')
    commit(world, 'two')
    with (world.project / 'Fakefile').open('a') as fakefile:
        fakefile.write(f'@staging: hosts = {a}\n@staging: branch = staging\n@production: hosts = {b}\n')
    result = deploy(world, '-R', 'staging')
    contains(result, f'[{a}] out: one')
    lacks(result, f'[{b}]')
    contains(deploy(world, '-R', 'production'), f'[{b}] out: two')


def test_dry_run_changes_nothing(world):
    project(world, count=1)
    address, = world.addresses
    deploy(world, '-n')
    check(not www(world, address).exists(), 'nothing there')


def test_linked_file_of_the_release(world):
    project(world, 'linked_files = page.txt\nlinked_files_missing = copy', count=1)
    address, = world.addresses
    contains(deploy(world), 'out: one')
    check((www(world, address) / 'shared/page.txt').read_text() == 'one\n', 'copied once')
    commit(world, 'two')
    contains(deploy(world), 'out: one')


def test_linked_file_of_this_machine(world):
    project(world, 'linked_files = config/app.cfg\nlinked_files_missing = upload', count=2)
    contains(deploy(world, code=2), 'config/app.cfg is missing', 'there is no ./config/app.cfg here')
    world.write('config/app.cfg', 'ours\n')
    kept = www(world, world.addresses[0]) / 'shared/config/app.cfg'
    kept.write_text('theirs\n')
    deploy(world)
    texts = [(www(world, address) / 'current/config/app.cfg').read_text() for address in world.addresses]
    check(texts == ['theirs\n', 'ours\n'], texts)
    kept.write_text('edited there\n')
    world.write('config/app.cfg', 'another\n')
    lacks(deploy(world), 'out: one')
    commit(world, 'two')
    deploy(world)
    check(kept.read_text() == 'edited there\n', 'sent once only')
    contains(deploy(world, 'linked_files_missing=uplaod', code=2), 'linked_file_by_uplaod')


def test_shared(world):
    project(world, 'linked_dirs = log var/uploads\nlinked_files = config/app.cfg', count=1)
    address, = world.addresses
    shared = www(world, address) / 'shared'
    contains(deploy(world, code=2), 'err: ', 'shared/config/app.cfg is missing: put it there, or')
    check(not (www(world, address) / 'current').exists(), 'nothing is live')
    (shared / 'config/app.cfg').write_text('key\n')
    deploy(world)
    current = www(world, address) / 'current'
    (current / 'var/uploads/kept').write_text('kept\n')
    check((current / 'config/app.cfg').read_text() == 'key\n', 'linked file')
    commit(world, 'two')
    deploy(world)
    check((current / 'var/uploads/kept').read_text() == 'kept\n', 'outlives releases')
    world.fake('rollback')
    check((current / 'var/uploads/kept').read_text() == 'kept\n', 'and a rollback')


def test_keeps_releases(world):
    project(world, 'keep_releases = 2', count=1)
    address, = world.addresses
    deploy(world)
    names = [live(world, address)]
    for number in range(2):
        commit(world, f'more {number}')
        deploy(world)
        names.append(live(world, address))
    check(releases(world, address) == names[1:], (names, releases(world, address)))
    os.utime(www(world, address) / 'releases' / names[1])  # newer by time stamp, not by name
    world.fake('rollback')
    check(live(world, address) == names[1], 'by name')
    contains(world.fake('rollback', code=2), 'err: no good release before the live one')
    check(live(world, address) == names[1], 'stays')


def test_failed_release_is_not_gone_back_to(world):
    project(world, count=1)
    address, = world.addresses
    deploy(world)
    good = live(world, address)
    commit(world, 'bad')
    deploy(world, 'restart_command=false', code=2)
    bad = live(world, address)
    check(bad != good and state(world, address, bad) == 'bad', state(world, address, bad))
    commit(world, 'three')
    deploy(world)
    world.fake('rollback')
    check(live(world, address) == good, 'over the bad one')


def test_all_publish_or_none(world):
    project(world, '''
after updated: prove
prove @:
    run test $(host) != $(broken)
broken ?= none
''')
    a, b = world.addresses
    deploy(world)
    before = live(world, a)
    commit(world, 'two')
    deploy(world, f'broken={b}', code=2)
    check([live(world, a), live(world, b)] == [before, before], 'none published')


def test_rollback_with_a_host_that_lacks_the_release(world):
    project(world)
    a, b = world.addresses
    deploy(world)
    first = live(world, a)
    commit(world, 'two')
    deploy(world)
    second = live(world, a)
    subprocess.run(['rm', '-r', www(world, b) / 'releases' / first], check=True)
    contains(world.fake('rollback', code=2), f'err: no good release before the live one is on all hosts; live here: {second}, good: {second}')
    check([live(world, a), live(world, b)] == [second, second], 'no host is touched')
    contains(world.fake(f'rollback:release={first}', code=2), f'[{b}] err: there is no release {www(world, b)}/releases/{first}')
    check([live(world, a), live(world, b)] == [second, second], 'no host is touched')
    check(not list(world.project.glob('.fake/rollback*')), 'nothing is left here')


def test_rollback_after_one_host_was_deployed_anew(world):
    project(world)
    a, b = world.addresses
    deploy(world)
    first = live(world, a)
    (www(world, b) / 'current').unlink()
    deploy(world)
    check(live(world, b) > live(world, a) == first, 'one host alone')
    commit(world, 'two')
    deploy(world)
    contains(world.fake('rollback'), 'out: one')
    check([live(world, a), live(world, b)] == [first, first], 'the newest that both have')
    check(not list(world.project.glob('.fake/rollback*')), 'nothing is left here')


def test_current_is_a_folder(world):
    project(world, count=1)
    address, = world.addresses
    (www(world, address) / 'current').mkdir(parents=True)
    contains(deploy(world, code=2), 'err: check-deploy: ', 'current is no symbolic link')
    check(not (www(world, address) / 'releases').exists(), 'nothing was made')


def test_a_name_that_is_not_the_newest(world):
    """As when two deployments begin in one second, or a clock is behind."""
    project(world, count=1)
    address, = world.addresses
    deploy(world)
    name = live(world, address)
    commit(world, 'two')
    for other in (name, str(int(name) - 1)):
        contains(deploy(world, f'release_timestamp={other}', code=2), f'release {other} would not be the newest, as there is {name}')
        check(releases(world, address) == [name] and state(world, address, name) == 'good', 'nothing has changed')
    contains(deploy(world), 'out: two')


def test_another_strategy(world):
    project(world, f'repo_url = {world.project}', count=1)
    address, = world.addresses
    for number, strategy in enumerate(('checkout', 'clone', 'checkout', 'clone')):
        commit(world, f'number {number}')
        if number == 3:
            (www(world, address) / 'repo/config.lock').touch()  # of a git that was killed
        contains(deploy(world, f'strategy={strategy}'), f'out: number {number}')


def test_a_folder_of_capistrano(world):
    project(world, count=1)
    address, = world.addresses
    for name in ('20250101000000', '20250102000000', '20250103000000'):
        (www(world, address) / 'releases' / name).mkdir(parents=True)
        (www(world, address) / 'releases' / name / 'page.txt').write_text(f'{name}\n')
    (www(world, address) / 'current').symlink_to(www(world, address) / 'releases/20250102000000')
    contains(deploy(world, 'keep_releases=3'), 'out: one')
    check(releases(world, address)[:-1] == ['20250101000000', '20250102000000'], 'the good ones are kept')
    contains(world.fake('rollback'), 'out: 20250102000000')


def test_what_is_wrong_is_found_at_the_start(world):
    project(world, count=1)
    address, = world.addresses
    result = deploy(world, 'strategy=clone', code=2)
    contains(result, 'err: check-deploy: repo_url is not set')
    lacks(result, 'fatal: ')
    contains(deploy(world, 'strategy=chekout', 'repo_url=.', code=2), "did you mean 'release_by_checkout'?")
    contains(deploy(world, 'branch=none', code=2), "there is no revision 'none'")
    check(not (www(world, address) / 'current').exists() and releases(world, address) == [], 'nothing was made')


STAGES = {
    'deploy': 'starting started updating updated publishing published finishing finished'.split(),
    'rollback': 'starting started reverting reverted publishing published finishing_rollback finished'.split(),
}


def test_folder_of_the_repository(world):
    project(world, count=1)
    address, = world.addresses
    world.write('site/page.txt', 'of the folder\n')
    git(world, 'add', '.')
    git(world, 'commit', '-q', '-m', 'a folder')
    contains(deploy(world), 'out: one')
    for strategy in (), ('strategy=clone', f'repo_url={world.project}'):
        contains(deploy(world, 'repo_tree=site', *strategy), 'out: of the folder')
        check(sorted(os.listdir(www(world, address) / 'current')) == ['.fake-state', 'REVISION', 'page.txt'], 'no more than it')
        contains(deploy(world, *strategy), 'out: one')
    contains(deploy(world, 'repo_tree=none', code=2), 'none')


def test_stages_alone(world):
    """What belongs to a release that is being made does nothing alone, and the live one stays; the other tasks go alone."""
    project(world, count=1)
    address, = world.addresses
    deploy(world)
    before = live(world, address)
    log = (www(world, address) / 'revisions.log').read_text()
    for name in ('create-release', 'link-shared', 'complete-release', 'publish-release', 'publishing', 'log-revision', 'finishing',
                 'mark-bad', 'rollback-stages'):
        contains(world.fake(name, code=2), 'is a stage of deploy and rollback')
        check(live(world, address) == before and releases(world, address) == [before], name)
    for name in ('check-deploy', 'starting', 'cleanup', 'mark-good'):
        world.fake(name)
    check(live(world, address) == before and state(world, address, before) == 'good', 'as before')
    check((www(world, address) / 'revisions.log').read_text() == log, 'nothing is logged')


def test_every_stage_can_be_hooked(world):
    hooks = [f'{when} {stage}: {when}-{stage}\n{when}-{stage} @: ; run echo {when} {stage}\n'
             for stage in dict.fromkeys(STAGES['deploy'] + STAGES['rollback']) for when in ('before', 'after')]
    project(world, ''.join(hooks), count=1)
    deploy(world)
    commit(world, 'two')
    for goal, stages in STAGES.items():
        result = deploy(world) if goal == 'deploy' else world.fake(goal)
        said = [line.split('out: ')[1] for line in result.out.splitlines() if 'out: before' in line or 'out: after' in line]
        check(said == [f'{when} {stage}' for stage in stages for when in ('before', 'after')], said)


def test_variables_of_roles_and_paths(world):
    """Every path can be set by itself, by role; the rest follows."""
    project(world, '''
@one: releases_path = $(deploy_path)/all
@one: shared_path = $(deploy_path)/common
@one: current_path = $(deploy_path)/live
@one: repo_path = $(deploy_path)/cache
@one: keep_releases = 1
@one: linked_dirs = log
''')
    a, b = world.addresses
    with (world.project / 'Fakefile').open('a') as fakefile:
        fakefile.write(f'@one: hosts = {a}\n')
    deploy(world, '-R', 'one')
    for name in ('all', 'common/log', 'live/log', 'cache/tree', 'live/page.txt'):
        check((www(world, a) / name).exists(), name)
    check(not (www(world, a) / 'releases').exists() and not www(world, b).exists(), 'no other place, no other host')
