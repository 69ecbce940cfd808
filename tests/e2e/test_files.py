"""put, get, link: atomic, nothing sent that is there."""
import hashlib
import os
import shutil
import shutil
import subprocess
import tarfile
import zipfile

from harness import check, contains, lacks


def test_put_file_modes(world):
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.fakefile(f'''
send @:
    put script.sh {d}/
    put --mode=0640 secret.txt {d}/renamed.txt
    put "name with blanks and 'quotes'" {d}/
''')
    world.write('script.sh', '#!/bin/sh\n', 0o755)
    world.write('secret.txt', 'secret\n', 0o600)
    world.write("name with blanks and 'quotes'", 'odd\n')
    world.fake('send')
    check((d / 'script.sh').stat().st_mode & 0o777 == 0o755, 'mode kept')
    check((d / 'renamed.txt').stat().st_mode & 0o777 == 0o640, 'mode given')
    check((d / "name with blanks and 'quotes'").read_text() == 'odd\n', 'odd name')
    inode = (d / 'script.sh').stat().st_ino
    world.fake('-B', 'send')
    check((d / 'script.sh').stat().st_ino == inode, 'not sent again')


def test_put_tree(world):
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.fakefile(f'send @:\n    put tree {d}/\n')
    world.write('tree/a.txt', 'a\n')
    world.write('tree/sub/b.bin', os.urandom(200000))
    world.write('tree/sub/run', '#!/bin/sh\n', 0o755)
    (world.project / 'tree/link').symlink_to('a.txt')
    (world.project / 'tree/empty').mkdir()
    world.fake('send')
    check((d / 'tree/a.txt').read_text() == 'a\n', 'a')
    check((d / 'tree/sub/b.bin').read_bytes() == (world.project / 'tree/sub/b.bin').read_bytes(), 'b')
    check((d / 'tree/sub/run').stat().st_mode & 0o777 == 0o755, 'mode')
    check(os.readlink(d / 'tree/link') == 'a.txt', 'link')
    check((d / 'tree/empty').is_dir(), 'empty folder')
    (d / 'tree/other').write_text('not ours')
    inode = (d / 'tree/a.txt').stat().st_ino
    world.write('tree/sub/b.bin', 'new\n')
    world.fake('send')
    check((d / 'tree/sub/b.bin').read_text() == 'new\n', 'changed file')
    check((d / 'tree/a.txt').stat().st_ino == inode, 'unchanged file not sent')
    check((d / 'tree/other').exists(), 'what we did not send stays')


def test_put_of_the_same_size(world):
    """A large file whose size the host's has too: its ends are compared first, then all of it."""
    world.servers(1)
    far = world.folder / 'far'
    world.fakefile(f'send @:\n    put large {far}\n')
    base = os.urandom(5 << 20)
    inode = None
    for at in (None, 0, len(base) // 2, len(base) - 1):
        data = bytearray(base)
        if at is not None:
            data[at] ^= 1
        world.write('large', bytes(data))
        world.fake('send')
        check(far.read_bytes() == data, f'changed at {at}')
        check(far.stat().st_ino != inode, f'sent, changed at {at}')
        inode = far.stat().st_ino
    world.fake('-B', 'send')
    check(far.stat().st_ino == inode, 'not sent again')


def test_large_put(world):
    world.servers(1)
    d = world.folder
    world.fakefile(f'send @:\n    put big {d}/far-big\n')
    world.write('big', os.urandom(20 << 20))
    world.fake('send')
    check((d / 'far-big').read_bytes() == (world.project / 'big').read_bytes(), 'equal')


def test_get(world):
    world.servers(2)
    world.fakefile('fetch @:\n    run echo from $(host.name) > ~/note\n    get ~/note notes/\n')
    world.fake('fetch')
    for address in world.addresses:
        found = list((world.project / 'notes').rglob('note'))
        check(any(p.read_text() == f'from {address}\n' for p in found), found)


def test_put_leaves_git_out(world):
    """Each git status changes the index: no reason to send, and nothing to show to a web server's visitors."""
    world.servers(1)
    world.fakefile('t @:\n    put ./ ~/site\nnamed @:\n    put .git/ ~/clone.git\n')
    world.write('.git/index', 'one\n')
    world.write('page', 'page\n')
    world.fake('t')
    world.write('.git/index', 'two\n')
    contains(world.fake('t'), 'up to date')
    world.fake('named')
    home = world.host_home(world.addresses[0])
    check((home / 'site/page').exists() and not (home / 'site/.git').exists(), 'left out')
    check((home / 'clone.git/index').read_text() == 'two\n', 'named')


def test_link(world):
    world.servers(1)
    d = world.folder / 'far'
    (d / 'r1').mkdir(parents=True)
    (d / 'r2').mkdir()
    world.fakefile(f'switch @:\n    link {d}/$(release) {d}/current\nrelease = r1\n')
    world.fake('switch')
    check(os.readlink(d / 'current') == f'{d}/r1', 'first')
    world.fake('switch', 'release=r2')
    check(os.readlink(d / 'current') == f'{d}/r2', 'switched')
    check(sorted(os.listdir(d)) == ['current', 'r1', 'r2'], os.listdir(d))
    os.unlink(d / 'current')
    (d / 'current').mkdir()
    result = world.fake('switch', code=2)
    contains(result, 'current', 'switch')
    check((d / 'current').is_dir(), 'left alone')


def test_cd_env_prefix(world):
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.fakefile(f'''
go @:
    env COLOR='dark red' N=1
    cd {d}
    prefix echo first
    run echo "$$COLOR $$N in $$PWD"
    cd -
    run pwd
''')
    result = world.fake('go')
    contains(result, f'out: dark red 1 in {d}', 'out: first')


def test_run_function(world):
    world.servers(2)
    world.fakefile('''
pid = $(run cat ~/app.pid)
reload @:
    run echo $(host.name)-77 > ~/app.pid
    run echo kill -HUP $(pid)
    run echo is $(exists ~/app.pid) not $(exists ~/other.pid).; rm ~/app.pid
    run echo gone $(exists ~/app.pid).
''')
    result = world.fake('reload')
    for address in world.addresses:
        contains(result, f'out: kill -HUP {address}-77')
    contains(result, 'out: is 1 not .', 'out: gone .')


def test_remote_shell(world):
    """A step is a plain sh, or what remote_shell says: with it, the account's profile counts."""
    world.servers(1)
    (world.host_home(world.addresses[0]) / '.bash_profile').write_text('PATH=$PATH:/of/the/profile\n')
    world.fakefile('''
t @:
    run echo $$PATH
''')
    lacks(world.fake('t'), '/of/the/profile')
    contains(world.fake('t', 'remote_shell=bash -lc'), ':/of/the/profile')


def test_newlines_of_values(world):
    """A value in quotes stays in its step, whatever is in it; so does what a host says."""
    world.servers(1)
    world.fakefile('''
say @:
    run echo $(quote $(what)) | od -c | head -1
    run echo $(quote $(run printf 'one\\nrun false')) end
what = a
''')
    result = world.fake('say', "what=it's\nrun false")
    contains(result, """i   t   '   s  \\n   r   u   n""", 'out: run false end')


def test_retries_and_ok(world):
    world.servers(1)
    world.fakefile('''
go @:
    run --ok=0,3 exit 3
    run --retries=3 echo x >> ~/tries; test $$(wc -l < ~/tries) -ge 3
    -run false
    @run echo quietly
    run echo end
''')
    result = world.fake('go')
    contains(result, 'out: end', 'out: quietly')
    lacks(result, 'run: echo quietly')
    world.fakefile('''
go @:
    run --ok=3 true
here @local:
    local --ok=3 true
''')
    for goal in ('go', 'here'):
        contains(world.fake(goal, code=2), 'exit code 0, and --ok=3')


def test_same_for_all_hosts(world):
    """A get that would write one file for all is an error; a local that is the same for all is warned of, once."""
    world.servers(3)
    world.fakefile('''
take @:
    run echo took
    get /etc/passwd here
own @:
    get /etc/passwd here-$(host)
all @:
    local echo $(word)
word = same
''')
    result = world.fake('take', code=2)
    contains(result, f'{world.addresses[0]} and {world.addresses[1]} would both write here')
    check(result.all.count('would both write') == 1, result)
    world.fake('own')
    result = world.fake('all')
    check(result.err.count('is the same for') == 1, result)
    lacks(world.fake('all', 'word=$(host)'), 'is the same for')
    lacks(world.fake('-H', world.addresses[0], 'all'), 'is the same for')


def test_expand(world):
    """$(…) of a file is expanded for each host, every other $ stays; what it says is an input."""
    world.servers(2)
    (world.folder / 'far').mkdir()
    text = f'''
root = /srv/app
d = {world.folder}/far/$(host.name)
t @:
    run mkdir -p $(d)
    put --expand --mode=640 conf/*.tmpl $(d)/
    put --expand one $(d)/renamed
late @:
    put --expand late $(d)/late
made @:
    local echo '$$(host.name)' > fresh
    put --expand fresh $(d)/fresh
once @:
    put --expand one $(d)/once
'''
    world.fakefile(text)
    world.write('conf/a.tmpl', 'root $(root); $host ${x} $$y $(subst a,$(host.name),[a])\n')
    world.write('conf/b.tmpl', 'no end of line: $')
    world.write('one', '$(root)\n', mode=0o755)
    world.write('late', '$(run echo 42)\n')
    world.fake('t')
    for address in world.addresses:
        d = world.folder / 'far' / address
        check((d / 'a.tmpl').read_text() == f'root /srv/app; $host ${{x}} $$y [{address}]\n', (d / 'a.tmpl').read_text())
        check((d / 'b.tmpl').read_text() == 'no end of line: $', 'no newline is added')
        check((d / 'a.tmpl').stat().st_mode & 0o777 == 0o640, 'mode')
        check((d / 'renamed').stat().st_mode & 0o777 == 0o755, 'mode of the template')
    world.fake('late')
    check((d / 'late').read_text() == '42\n', 'asked on the host')
    world.fake('made')
    check((d / 'fresh').read_text() == f'{d.name}\n', 'made by a step before it')
    world.fake('once')
    contains(world.fake('once'), 'up to date')
    lacks(world.fake('once', 'root=/srv/other'), 'up to date')
    check((d / 'once').read_text() == '/srv/other\n', 'a variable in the file is an input')
    world.write('one', 'a\n$(rot)\n')
    contains(world.fake('once', code=2), "undefined variable 'rot'", "did you mean 'root'", 'one:2: $(rot)')
    world.write('one', 'a $(root\n')
    contains(world.fake('once', code=2), 'one:1: this $( has no )')
    (world.project / 'one').unlink()
    contains(world.fake('once', code=2), 'put --expand: one: No such file')
    check((d / 'once').read_text() == '/srv/other\n', 'left alone')


def test_unpack(world):
    """An archive's tree on the host: only what differs is sent, the host needs no program for it."""
    world.servers(1)
    d = world.folder / 'far'
    world.write('app-1/bin/run', '#!/bin/sh\n', mode=0o755)
    world.write('app-1/readme', 'hello\n')
    os.symlink('bin/run', world.project / 'app-1/link')

    def pack(*options):
        subprocess.run(['tar', *options, 'app-1'], cwd=world.project, check=True)

    pack('-czf', 'app.tgz')
    world.fakefile(f"""
t @:
    put --unpack --strip=1 app.tgz {d}/
zip @:
    put --unpack app.zip {d}-zip/
bad @:
    put --unpack $(bad) {d}-bad/
""")
    world.fake('t')
    check((d / 'bin/run').stat().st_mode & 0o777 == 0o755 and os.readlink(d / 'link') == 'bin/run', 'whole')
    contains(world.fake('t'), 'up to date')
    inode = (d / 'bin/run').stat().st_ino
    (d / 'log').write_text('kept\n')
    world.write('app-1/readme', 'changed\n')
    pack('-cJf', 'app.tgz')  # by its bytes, not its name
    world.fake('t')
    check((d / 'readme').read_text() == 'changed\n' and (d / 'log').exists(), 'what differs')
    check((d / 'bin/run').stat().st_ino == inode, 'what is the same is not sent')
    (d / 'readme').unlink()
    contains(world.fake('t', '--explain'), 'readme')
    check((d / 'readme').exists(), 'drift is mended')
    with zipfile.ZipFile(world.project / 'app.zip', 'w') as archive:
        archive.writestr('deep/er/file', 'in a zip\n')
    world.fake('zip')
    check((world.folder / 'far-zip/deep/er/file').read_text() == 'in a zip\n', 'zip')


def test_unpack_stays_in_its_folder(world):
    world.servers(1)
    d = world.folder / 'far'
    world.fakefile(f't @:\n    put --unpack $(archive) {d}/in/\n')
    (world.folder / 'elsewhere').mkdir()

    def archive(*members):
        with tarfile.open(world.project / 'a.tar', 'w') as tar:
            for name, kind, link in members:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, link
                tar.addfile(member)

    d.mkdir()
    up = [('../up', tarfile.REGTYPE, '')], [('/abs', tarfile.REGTYPE, '')], [('a/../../up', tarfile.REGTYPE, '')]
    through = [('l', tarfile.SYMTYPE, str(world.folder / 'elsewhere')), ('l/f', tarfile.REGTYPE, '')]
    hard = [('h', tarfile.LNKTYPE, '../../../etc/passwd')]
    for members in [*up, through, hard]:
        archive(*members)
        world.fake('t', 'archive=a.tar', code=2)
        check(not list((world.folder / 'elsewhere').iterdir()) and not (d / 'in').exists(), members)
    archive(('../up', tarfile.REGTYPE, ''))
    contains(world.fake('t', 'archive=a.tar', code=2), "a.tar: the archive has the name '../up', which leads out")
    # A link that is there already, by an earlier version of the archive.
    archive(('l', tarfile.SYMTYPE, str(world.folder / 'elsewhere')))
    world.fake('t', 'archive=a.tar')
    archive(('l/f', tarfile.REGTYPE, ''))
    contains(world.fake('t', 'archive=a.tar', code=2), f'{d}/in/l is a link')
    check(not list((world.folder / 'elsewhere').iterdir()), 'not through the link')
    contains(world.fake('t', 'archive=none.tar', code=2), 'none.tar: No such file')
    world.write('text', 'no archive\n')
    contains(world.fake('t', 'archive=text', code=2), 'text: ')


def test_large_and_record(world):
    """What was just sent is not read again for the record, which the next run verifies by content."""
    address, = world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.fakefile(f"""
a @:
    run true
    put one two small {d}/
b @:
    put one {d}/b
    run printf x >> {d}/b
""")
    world.write('one', os.urandom(3 << 20))
    world.write('two', os.urandom(2 << 20))
    world.write('small', 'small\n')
    world.fake('a', 'b')
    record, = (world.host_home(address) / '.fake/e2e').glob('a@*')
    lines = record.read_text().splitlines()
    for name in ('one', 'two', 'small'):
        digest = hashlib.sha256((d / name).read_bytes()).hexdigest()
        check(f'hash {digest}  {d / name}' in lines, lines)
    check('young' in lines, 'not believed before it was read')
    contains(world.fake('a', 'b'), 'a b: up to date')
    check(hashlib.sha256((d / 'b').read_bytes()).hexdigest() in next(
        (world.host_home(address) / '.fake/e2e').glob('b@*')).read_text(), 'as the command left it')
    with open(d / 'two', 'r+b') as file:
        file.write(b'drift')
    contains(world.fake('a', '--explain'), 'two')
    check((d / 'two').read_bytes() == (world.project / 'two').read_bytes(), 'mended')


def test_small_trees_are_pressed(world):
    """Small trees travel as gzip, where the host has it; large ones, and to hosts without, as they are."""
    world.write('small/text', 'words ' * 10000)
    world.write('large/noise', os.urandom(300 << 10))
    for gzip in (True, False):
        path = world.folder / f'bin-{gzip}'
        path.mkdir()
        for program in 'sh cat mkdir mkfifo tar mv rm find stat sha256sum sed chmod ls gzip tee uname id date sleep head tail sort'.split():
            if program != 'gzip' or gzip:
                (path / program).symlink_to(shutil.which(program))
        world.write('host', f'#!/bin/sh\ntee {world.folder}/sent | PATH={path} sh\n', mode=0o755)
        for name in ('small', 'large'):
            world.fakefile(f"@far: hosts = a\nssh_transport = command {world.project}/host\nt @far:\n    put {name} {world.folder}/{name}-{gzip}\n")
            world.fake('t')
            sent, source = (world.folder / 'sent').read_bytes(), next((world.project / name).iterdir())
            check((world.folder / f'{name}-{gzip}' / source.name).read_bytes() == source.read_bytes(), 'it arrives')
            check((b'gzip -dc | tar' in sent) == (gzip and name == 'small'), (name, gzip))
            check((source.read_bytes()[:60] in sent) == (b'gzip -dc' not in sent), 'as said')


def test_put_for_others(world):
    """--owner, --group, --mode, --sudo and --check of what is sent."""
    world.servers(1)
    if os.getuid() != 0:
        return
    d = world.folder / 'far'
    d.mkdir()
    world.write('conf', 'ok\n')
    world.write('tree/a', 'a\n')
    world.fakefile(f"""
t @:
    put --owner=nobody --group=nogroup --mode=640 conf {d}/conf
    put --owner=nobody --sudo tree {d}/tree
check @:
    put --check='grep -qx ok' conf {d}/checked
""")
    world.fake('t')
    for path, mode in ((d / 'conf', 0o640), (d / 'tree/a', 0o644)):
        check(path.owner() == 'nobody', path)
    check((d / 'conf').group() == 'nogroup' and (d / 'conf').stat().st_mode & 0o777 == 0o640, 'group and mode')
    contains(world.fake('t'), 'up to date')
    shutil.chown(d / 'conf', 'root', 'root')
    world.fake('-B', 't')
    check((d / 'conf').owner() == 'nobody', 'the owner alone is mended')
    world.fake('check')
    world.write('conf', 'broken\n')
    contains(world.fake('check', code=2), '--check failed: the old file stays')
    check((d / 'checked').read_text() == 'ok\n', 'the old file')
    check(not list(d.glob('.fake-*')), 'nothing is left')
