"""The git functions and the verb checkout: what arrives is what `git archive` gives."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile

from harness import check, contains, lacks

DATE = '2026-01-31T12:00:00+0100'


def git(world, *arguments, cwd=None):
    environment = world.environment(GIT_AUTHOR_NAME='Anna Author', GIT_AUTHOR_EMAIL='anna@example.com',
                                    GIT_COMMITTER_NAME='Carl Committer', GIT_COMMITTER_EMAIL='carl@example.com',
                                    GIT_AUTHOR_DATE=DATE, GIT_COMMITTER_DATE=DATE)
    done = subprocess.run(['git', '-c', 'protocol.file.allow=always', *arguments], cwd=cwd or world.project,
                          env=environment, capture_output=True, text=True)
    check(done.returncode == 0, done.stderr)
    return done.stdout.strip()


def commit(world, message='a commit', cwd=None):
    git(world, 'add', '-A', cwd=cwd)
    git(world, 'commit', '-q', '-m', message, cwd=cwd)
    return git(world, 'rev-parse', 'HEAD', cwd=cwd)


def repository(world, fakefile):
    git(world, 'init', '-q', '-b', 'main')
    world.write('.gitignore', '.fake\n')
    world.fakefile(fakefile)
    world.write('app/main.py', 'print(1)\n')
    world.write('app/run', '#!/bin/sh\n', mode=0o755)
    world.write('app/empty', '')
    world.write('docs/index.md', 'docs\n')
    (world.project / 'link').symlink_to('app/main.py')
    return commit(world)


def tree(folder):
    """Everything below a folder: its kind, mode, content."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob('*')):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_dir():
            found[name] = 'folder'
        else:
            found[name] = (path.stat().st_mode & 0o111 != 0, path.read_bytes())
    return found


def archived(world, revision, *options, cwd=None):
    """What git archive gives for it."""
    folder = world.folder / 'archived'
    subprocess.run(['rm', '-rf', folder])
    folder.mkdir()
    with open(world.folder / 'archived.tar', 'wb') as out:
        subprocess.run(['git', 'archive', *options, revision], cwd=cwd or world.project, stdout=out, check=True,
                       env=world.environment())
    with tarfile.open(world.folder / 'archived.tar') as tar:
        tar.extractall(folder)
    return tree(folder)


def same(there, wanted):
    check(there == wanted, f'there is {there}\nnot    {wanted}')


DEPLOY = '''
branch = main
deploy @:
    checkout $(branch) ~/app
'''


def test_functions(world):
    first = repository(world, '''
version := $(git-describe)
all:
    @echo '$(git-revision HEAD) $(git-revision main) $(version) <$(git-describe)>'
    @echo '$(git-files)'
    @echo '$(git-files app ./docs/) / $(git-files *.md) / $(git-files app/main.py none)'
''')
    result = world.fake()
    contains(result, f'{first} {first} {first[:7]} <{first[:7]}>', '\n.gitignore Fakefile app/empty app/main.py app/run '
             'docs/index.md link\n', '\napp/empty app/main.py app/run docs/index.md / docs/index.md / app/main.py\n')
    git(world, 'tag', '-a', '-m', 'x', 'v1.0')
    contains(world.fake(), ' v1.0 <v1.0>')
    world.write('app/main.py', 'print(2)\n')
    contains(world.fake(), ' v1.0-dirty <v1.0-dirty>')
    second = commit(world)
    contains(world.fake(), f' v1.0-1-g{second[:7]} <')
    world.write('sub/Fakefile', "all:\n\t@echo '<$(git-files)>' $(git-describe HEAD^)\n")
    commit(world)
    contains(world.fake('-C', 'sub'), '<Fakefile> v1.0-1-g')


def test_functions_fail(world):
    world.fakefile('all:\n    @echo $(git-revision HEAD)\n')
    contains(world.fake(code=2), 'Fakefile:', 'git-revision: there is no git repository in ')
    git(world, 'init', '-q')
    contains(world.fake(code=2), "git-revision: there is no revision 'HEAD'")
    commit(world)
    world.fakefile('all:\n    @echo $(git-revision no-such)\n')
    contains(world.fake(code=2), "there is no revision 'no-such'")


def test_git_files_as_prerequisites(world):
    repository(world, '''
pack @local: $(git-files app)
    local echo packed
''')
    world.fake('pack')
    contains(world.fake('pack'), 'up to date')
    world.write('app/untracked', 'x')
    contains(world.fake('pack'), 'up to date')
    world.write('app/main.py', 'print(2)\n')
    contains(world.fake('pack', '--explain'), 'app/main.py changed')


def test_checkout(world):
    web, = world.servers()
    repository(world, DEPLOY)
    there = world.host_home(web) / 'app'
    world.write('app/main.py', 'print("not committed")\n')
    contains(world.fake('deploy'), 'checkout: main -> ~/app')
    same(tree(there), archived(world, 'main'))
    contains(world.fake('deploy'), 'up to date')
    second = commit(world)
    (there / 'var').mkdir()
    (there / 'var/log').write_text('kept\n')
    contains(world.fake('deploy', '--explain'), 'revision main changed')
    check((there / 'var/log').read_text() == 'kept\n', 'what is not ours is gone')
    (there / 'var/log').unlink()
    (there / 'var').rmdir()
    same(tree(there), archived(world, 'main'))
    git(world, 'tag', 'v1', 'main^')
    world.fake('deploy', 'branch=v1')
    same(tree(there), archived(world, 'v1'))
    world.fake('deploy', f'branch={second[:9]}')
    same(tree(there), archived(world, second))
    (there / 'app/main.py').write_text('drifted\n')
    contains(world.fake('deploy', f'branch={second[:9]}', '--explain'), 'is not as it was left')
    same(tree(there), archived(world, second))


def test_checkout_needs_no_git_there(world):
    """Neither git nor a key there, and none here but libgit2."""
    web, = world.servers()
    repository(world, DEPLOY)
    world.fake('deploy', env={'PATH': '/nowhere'}, code=None)
    same(tree(world.host_home(web) / 'app'), archived(world, 'main'))


def test_export_attributes(world):
    web, = world.servers()
    repository(world, DEPLOY)
    world.write('.gitattributes', '# what is not deployed\n/docs export-ignore\n*.secret export-ignore\n'
                '.gitattributes export-ignore\ntests/** export-ignore\nversion* export-subst\n*.txt -export-subst\n')
    world.write('app/.gitattributes', 'keep.secret -export-ignore\nonly/here export-ignore\n')
    formats = ('%H %h %T %t %P %p', '%an <%ae> %at %aI %ai %as', '%cn <%ce> %ct %cI %ci %cs', '%s|%n|%%|%zz %q')
    for name in ('version.py', 'app/version', 'version.txt'):
        world.write(name, ''.join(f'x = "$Format:{text}$"\n' for text in formats) + 'open $Format:%H\n')
    for name in ('app/x.secret', 'app/keep.secret', 'tests/unit/one', 'app/only/here', 'only/here', 'app/docs/kept'):
        world.write(name, name)
    commit(world, 'Say it\non two lines\n\nand a body')
    world.fake('deploy')
    there, wanted = tree(world.host_home(web) / 'app'), archived(world, 'main')
    check('docs' not in there and 'app/keep.secret' in there and 'app/docs/kept' in there, there)
    same(there, wanted)


def test_subdir_and_other_repository(world):
    web, = world.servers()
    repository(world, '''
deploy @:
    run echo $(git-revision main,../other) $(git-revision main)
    checkout --repo=../other --subdir=src/app main ~/app
    checkout --repo=../other main .
''')
    other = world.folder / 'other'
    other.mkdir()
    git(world, 'init', '-q', '-b', 'main', cwd=other)
    (other / 'src/app').mkdir(parents=True)
    (other / 'src/app/one').write_text('1\n')
    (other / 'top').write_text('2\n')
    first = commit(world, cwd=other)
    contains(world.fake('deploy'), f'out: {first} {git(world, "rev-parse", "main")}')
    home = world.host_home(web)
    same(tree(home / 'app'), {'one': (False, b'1\n')})
    same(tree(home / 'src'), {'app': 'folder', 'app/one': (False, b'1\n')})
    check((home / 'top').read_text() == '2\n', 'the top is not there')
    contains(world.fake('deploy'), 'up to date')


def test_submodules(world):
    web, = world.servers()
    other = world.folder / 'other'
    other.mkdir()
    git(world, 'init', '-q', '-b', 'main', cwd=other)
    (other / 'one').write_text('1\n')
    (other / '.gitattributes').write_text('one export-subst\nnone export-ignore\n')
    (other / 'none').write_text('0\n')
    commit(world, cwd=other)
    repository(world, DEPLOY)
    git(world, 'submodule', '--quiet', 'add', str(other), 'lib/other')
    commit(world)
    world.fake('deploy')
    there = tree(world.host_home(web) / 'app')
    check(there['lib/other/one'] == (False, b'1\n') and 'lib/other/none' not in there, there)
    git(world, 'submodule', '--quiet', 'deinit', '-f', 'lib/other')
    git(world, 'checkout', '-q', 'main')
    world.write('more', '')
    commit(world)
    contains(world.fake('deploy', code=2), 'lib/other: the commit of this submodule is not here',
             'git submodule update --init lib/other')


def test_checkout_fails(world):
    web, = world.servers()
    repository(world, DEPLOY + '''
below @:
    checkout --subdir=none main ~/app
''')
    contains(world.fake('deploy', 'branch=no-such', code=2), "there is no revision 'no-such'")
    contains(world.fake('deploy', 'branch=main:app', code=2), 'write --subdir= for a folder of it')
    contains(world.fake('below', code=2), 'there is no folder none in it')
    lacks(str(list(world.host_home(web).iterdir())), 'app')


def test_only_what_differs_travels(world):
    web, = world.servers()
    repository(world, DEPLOY)
    world.write('big', os.urandom(3_000_000))
    commit(world)
    world.fake('deploy')
    before = (world.host_home(web) / 'app/big').stat().st_ino
    world.write('app/main.py', 'print(2)\n')
    commit(world)
    world.fake('deploy')
    check((world.host_home(web) / 'app/big').stat().st_ino == before, 'what had not changed was sent')
    same(tree(world.host_home(web) / 'app'), archived(world, 'main'))


def test_mirror(world):
    web, = world.servers()
    repository(world, "deploy @:\n    checkout --mirror --delete --exclude='*.log' main ~/app/\n")
    there = world.host_home(web) / 'app'
    world.fake('deploy')
    same(tree(there), archived(world, 'main'))
    (there / 'app/surplus').write_text('x')
    (there / 'app/kept.log').write_text('x')
    git(world, 'rm', '-q', 'docs/index.md')
    commit(world)
    world.fake('deploy')
    same(tree(there), {**archived(world, 'main'), 'app/kept.log': (False, b'x')})
    world.fakefile('deploy @:\n    checkout --mirror main /\n')
    contains(world.fake('deploy', code=2), "checkout --mirror to '/' is refused")


def remembered(world):
    """A mirror that stands in no record, on a host that notes with what `find` is called. What changes the tree and
    deploys it, and whether the host's tree was listed then."""
    web, = world.servers()
    home = world.host_home(web)
    for i in range(300):
        world.write(f'many/{i % 7}/file {i}', f'{i:04}\n')
    repository(world, 'deploy @:\n    run mkdir -p ~/repo\n'
                      '    checkout --mirror --delete --unrecorded main ~/repo/tree/\n    run cp -Rp ~/repo/tree ~/app\n')
    (home / 'bin').mkdir()
    (home / 'bin/find').write_text(f'#!/bin/sh\nprintf "%s " "$@" >>{home}/found\n[ ! -f {home}/poor ] || '
                                   'case "$*" in *-printf*) exit 1;; esac\nexec /usr/bin/find "$@"\n')
    (home / 'bin/find').chmod(0o755)
    (home / '.bashrc').write_text(f'PATH={home}/bin:$PATH\n')

    def deploy(change=True, of=None):
        of = of or world.project
        deploy.number += 1
        if change:
            (of / 'many/3/file 3').write_text(f'{deploy.number:04}\n')
            commit(world, cwd=of)
        (home / 'found').unlink(missing_ok=True)
        shutil.rmtree(home / 'app', ignore_errors=True)
        world.fake('-C', of, '-B', 'deploy')
        there, here = tree(home / 'app'), archived(world, 'main', cwd=of)
        check(there == here, [name for name in there.keys() | here.keys() if there.get(name) != here.get(name)])
        return '-exec stat' in (home / 'found').read_text()
    deploy.number = 0
    check(deploy() is False, 'there was none')
    return home, deploy


def memories(home):
    return [path for path in (home / '.fake/e2e').glob('.tree.*') if path.name.count('.') == 2]


def memory_of(home):
    path, = memories(home)
    return path


def test_a_mirror_in_no_record_is_remembered(world):
    home, deploy = remembered(world)
    many = world.project / 'many'
    for change in (lambda: None, lambda: (many / 'added').write_text('x'), (many / '2/file 2').unlink,
                   lambda: (many / '4/file 4').chmod(0o755), lambda: shutil.rmtree(many / '5'),
                   lambda: ((world.project / 'link').unlink(), (many / '6').rename(many / 'six'))):
        change()
        check(not deploy(), 'no list')
    os.symlink('x', many / 'a link')
    check(not deploy(), 'no list')
    check(not memories(home), 'a link that was just sent cannot be read')
    check(deploy(), 'asked')
    check(not deploy(), 'no list')
    check(not deploy(False), 'nothing new')
    shutil.copytree(home / 'repo/tree', home / 'links', symlinks=True, copy_function=os.link)
    check(deploy() and deploy(), 'files with a second name change their state each time')
    check(not memories(home), 'so nothing is kept')
    shutil.rmtree(home / 'links')
    check(deploy() and not deploy(), 'asked once more')
    git(world, 'checkout', '-q', '-b', 'other')
    (many / 'other').write_text('x')
    commit(world)
    git(world, 'branch', '-f', 'main', 'other')
    check(not deploy(), 'no list: the same repository')


def test_what_is_remembered_of_a_mirror_is_not_trusted(world):
    """Whatever somebody else did there is found, and mended."""
    home, deploy = remembered(world)
    there = home / 'repo/tree'
    some = there / 'many/1/file 1'

    def same_state(change):
        """As far as size and time of the content show it."""
        status = some.stat()
        change()
        os.utime(some, ns=(status.st_atime_ns, status.st_mtime_ns))

    def restored():
        """A backup of the tree comes back."""
        shutil.copytree(there, home / 'backup', symlinks=True)
        shutil.rmtree(there)
        (home / 'backup').rename(there)
        some.write_text('9999\n')

    def replaced():
        (some.parent / 'new').write_text('9999\n')
        (some.parent / 'new').rename(some)
    drifts = (lambda: same_state(lambda: some.write_text('9999\n')), some.unlink, lambda: some.chmod(0o600),
              lambda: (some.unlink(), os.symlink('x', some)), lambda: (there / 'stray').write_text('x'), replaced,
              lambda: (there / 'many/new').mkdir(), lambda: some.rename(there / 'many/elsewhere'), restored,
              lambda: shutil.rmtree(there / 'many'), lambda: (some.unlink(), some.mkdir()),
              lambda: (some.unlink(), (there / 'many/0/stray').write_text('x')))
    for drift in drifts:
        drift()
        check(deploy() and memories(home), 'asked, and remembered again')
    shutil.rmtree(there)
    deploy()
    memory = memory_of(home).read_bytes()
    check(not deploy(), 'no list')
    for text in b'', b'fake-tree 1', memory[:50], memory[:110], memory.replace(b'fake-tree 1', b'fake-tree 2'), memory:
        memory_of(home).write_bytes(text)
        check(deploy(), 'what is no memory, or an old one, is none')
    check(not deploy(), 'no list')
    shutil.rmtree(world.project / '.fake')
    check(deploy(), 'this machine does not know')
    (home / 'poor').write_text('')
    check(deploy(), 'a find without -printf')
    check(deploy() and not memories(home), 'a find without -printf')


def test_what_is_young_in_a_mirror_is_read(world):
    """Within a tick of the clock nothing but the content shows a change."""
    home, deploy = remembered(world)
    check(not deploy(), 'no list')
    memory, there = memory_of(home), home / 'repo/tree'
    lines = memory.read_text().splitlines()
    check(lines[2] == '1' and lines[3] == './many/3/file\\ 3', 'what was sent')

    def as_if_it_looked_so():
        names = r'. -name .fake -prune -o -name .git -prune -o -name .fake-* -prune -o ! -name .'.split()
        found = subprocess.run(['find', *names, '-printf', r'%y %C@ %i %s %m %n %T@ %D %p\n'], cwd=there,
                               capture_output=True, check=True).stdout
        lines[1] = hashlib.sha256(found).hexdigest() + '  -'
        memory.write_text('\n'.join(lines) + '\n')
    as_if_it_looked_so()
    check(memory.read_text().splitlines()[1] == lines[1] and not deploy(), 'no list')
    lines = memory.read_text().splitlines()
    (there / 'many/3/file 3').write_text('drift')
    as_if_it_looked_so()
    world.write('many/2/file 2', 'x')
    commit(world)
    (world.project / 'many/3/file 3').touch()
    check(not deploy(False) and (there / 'many/3/file 3').read_text() != 'drift', 'read, and mended')
    lines = memory.read_text().splitlines()
    lines[2:] = ['1', './many/stray']
    (there / 'many/stray').write_text('x')
    as_if_it_looked_so()
    check(deploy() and not (there / 'many/stray').exists(), 'what the tree does not have: asked')
    lines = memory.read_text().splitlines()
    (there / 'many/3/file 3').unlink()
    as_if_it_looked_so()
    check(deploy() and (there / 'many/3/file 3').exists(), 'one that cannot be read: asked')


def test_two_operators_of_a_mirror(world):
    home, deploy = remembered(world)
    other = world.folder / 'other'
    check(not deploy(), 'no list')
    shutil.copytree(world.project, other, symlinks=True)
    check(deploy(of=other), 'the other one does not know it')
    check(not deploy(of=other), 'no list')
    check(deploy(), 'what the other has sent is asked')
    check(not deploy(), 'no list')
    check(deploy(of=other) and deploy(), 'in turns')
