"""Verbs and their options, each once against a real sshd."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import termios

from harness import check, contains, lacks, processes_with, wait_until


def test_only_if(world):
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.fakefile(f'''
fill @:
    only-if test -e {d}/wanted
    only-if ! test -e {d}/unwanted
    run echo filled >> {d}/log
then @: fill
    run echo then >> {d}/log
''')
    result = world.fake('--verbose', 'then')
    contains(result, f'not needed: only-if test -e {d}/wanted says no')
    check((d / 'log').read_text() == 'then\n', 'what depends on it goes on')
    (d / 'wanted').touch()
    world.fake('then')
    check((d / 'log').read_text() == 'then\nfilled\nthen\n', (d / 'log').read_text())
    (d / 'unwanted').touch()
    contains(world.fake('-n', '--verbose', 'fill'), f'not needed: only-if ! test -e {d}/unwanted says no')


def test_only_if_at_its_turn(world):
    """A gate sees what earlier jobs of the run did, a failing one fails the job, and it is no part of a record."""
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.write('f', 'f\n')
    gated = f'''
all @: one two
one @:
    run touch {d}/made
two @:
    only-if test -e {d}/made
    put f {d}/f
'''
    world.fakefile(gated)
    world.fake('all')
    check((d / 'f').exists(), 'asked after the first job')
    world.fakefile(gated.replace('    only-if test -e', '    only-if ! test ! -e'))
    contains(world.fake('two'), 'up to date')
    (d / 'made').unlink()
    (d / 'f').unlink()
    contains(world.fake('--verbose', 'two'), 'not needed')
    check(not (d / 'f').exists(), 'not needed')
    world.fakefile(f't @:\n    only-if no-such-program\n    run touch {d}/bad\n')
    contains(world.fake('t', code=2), 'only-if ended with exit code 127', 'no-such-program')
    check(not (d / 'bad').exists(), 'failed')
    world.fakefile(f't @: first\n    run true\n    only-if test -e $(host)\nfirst @:\n    run true\n')
    result = world.fake('t', code=2)
    contains(result, "'only-if' stands in front of the first step that acts (run)")
    lacks(result, 'Executing')


def test_guards_and_input(world):
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    world.write('data', os.urandom(3 << 20))
    world.fakefile(f'''
t @:
    run --stdin=data cat > {d}/data
    run --input='two words' cat > {d}/text
    run --creates={d}/text touch {d}/bad
    run --if='test -e {d}/none' touch {d}/bad
    run --unless=false touch {d}/good
''')
    result = world.fake('t')
    check((d / 'data').read_bytes() == (world.project / 'data').read_bytes(), 'stdin')
    check((d / 'text').read_text() == 'two words\n', 'input')
    contains(result, f'passed over: {d}/text is there', f'passed over: --if=test -e {d}/none says no')
    check((d / 'good').exists() and not (d / 'bad').exists(), 'guards')
    lacks(result, 'unchanged')
    lacks(world.fake('t'), 'unchanged')


@contextlib.contextmanager
def account(world, password):
    """A user of this machine with sudo and a password, who can log in to the servers; needs root."""
    name = f'fake-e2e-{world.number}'
    rules = pathlib.Path('/etc/sudoers.d', f'{name}')
    subprocess.run(['useradd', '-M', '-s', '/bin/sh', name], check=True)
    try:
        subprocess.run(['chpasswd'], input=f'{name}:{password}'.encode(), check=True)
        rules.write_text(f'{name} ALL=(ALL) ALL\n')
        rules.chmod(0o440)
        for path in [world.folder, world.home, world.home / '.ssh', world.home / '.ssh/id_ed25519.pub']:
            path.chmod(0o755)
        for address in world.addresses:
            world.host_home(address).parent.chmod(0o755)
            shutil.chown(world.host_home(address), name)
        yield name
    finally:
        rules.unlink(missing_ok=True)
        # Its last process may still be ending: the session is left, not waited for.
        wait_until(lambda: subprocess.run(['userdel', name], capture_output=True).returncode == 0,
                   what=f'{name} is removed')


def test_sudo_password(world):
    if os.getuid() != 0:
        return
    world.servers(2)
    (d := world.folder / 'far').mkdir()
    with account(world, 'right  one') as name:
        text = f'''
user = {name}
sudo_password = $(password)
t @:
    run id -un > ~/who
    sudo --input=in tee {d}/$(host.name) < /dev/stdin
    sudo --user=nobody id -un
'''
        world.fakefile(text.replace('$(password)', 'right  one'))
        result = world.fake('t')
        lacks(result, 'right  one')
        contains(result, 'nobody')
        for address in world.addresses:
            check((d / address).read_text() == 'in\n', 'input behind the password')
            check((d / address).owner() == 'root', 'written by root')
            check((world.host_home(address) / 'who').read_text() == name + '\n', 'logged in as the user')
        world.fakefile(text.replace('$(password)', 'wrong'))
        result = world.fake('t', code=2)
        check(result.all.count('err: sudo refused the password') == 1, result)
        contains(result, 'it is not tried again', 'sudo_password is wrong')
        world.fakefile(text.replace('sudo_password = $(password)', ''))
        contains(world.fake('t', code=2), 'sudo asks for a password: set sudo_password')
        world.fakefile(f'user = {name}\nsudo_password = right  one\nt @:\n    run echo $(sudo id -u) > ~/got\n')
        world.fake('t')
        check((world.host_home(world.addresses[1]) / 'got').read_text() == '0\n', '$(sudo)')
        (d / 'secret').mkdir(mode=0o700)
        (d / 'secret/key').write_text('key\n')
        (d / 'secret/key').chmod(0o400)
        fetch = f'user = {name}\nsudo_password = right  one\nt @:\n    get --sudo {d}/secret/k* got/\n'
        world.fakefile(fetch)
        world.fake('t')
        for address in world.addresses:
            got = world.project / 'got' / address / 'key'
            check(got.read_text() == 'key\n' and got.stat().st_mode & 0o777 == 0o400, 'what only root can read')
        world.fakefile(fetch.replace(' --sudo', ''))
        contains(world.fake('t', code=2), 'no such file')


def test_put_text(world):
    """A value is an input: the task is skipped until it differs, and waits where a host is asked for it."""
    world.servers(1)
    d = world.folder / 'far'
    d.mkdir()
    text = f"""
word = one
define conf
# $(host.name)
word = $(word)
endef
late = $(run cat {d}/there)
t @:
    put --text=conf --mode=600 {d}/conf
late @:
    run echo found > {d}/there
    put --text=late {d}/late
"""
    world.fakefile(text)
    world.fake('t')
    check((d / 'conf').read_text() == f'# {world.addresses[0]}\nword = one\n', (d / 'conf').read_text())
    check((d / 'conf').stat().st_mode & 0o777 == 0o600, 'mode')
    contains(world.fake('t'), 'up to date')
    world.fake('t', 'word=two')
    check('word = two' in (d / 'conf').read_text(), 'changed')
    world.fake('late')
    check((d / 'late').read_text() == 'found\n', 'asked at its turn')
    world.fakefile(text.replace('$(word)', '$(wrod)'))
    contains(world.fake('t', code=2), 'wrod', "did you mean 'word'")


def test_mirror(world):
    world.servers(1)
    d = world.folder / 'far'
    world.fakefile(f't @:\n    put --mirror --delete --exclude=*.log site/ {d}/\n')
    world.write('site/a', 'a\n')
    world.write('site/sub/b', 'b\n')
    world.fake('t')
    contains(world.fake('t'), 'up to date')
    (d / 'sub/x.log').write_text('x')
    (d / 'sub/stray').write_text('x')
    world.write('site/a', 'new\n')
    world.fake('t')
    check((d / 'a').read_text() == 'new\n' and (d / 'sub/x.log').exists(), 'changed, excluded')
    check(not (d / 'sub/stray').exists(), 'deleted')


def test_into(world):
    """A step's output is a variable of its host for the rest of the run, known at the turn of who uses it."""
    world.servers(3)
    d = world.folder / 'far'
    d.mkdir()
    text = f'''
look @:
    run --into=number --if='! test -e {d}/none-$(host.name)' sh -c 'echo seen >&2; printf "%s\\n\\n" "$(host.name) $(word)"'
    run echo "[$(number)]" > {d}/$(host.name)
    sudo --into=who id -un
use @: look
    run echo "$(number) by $(who)" > {d}/later-$(host.name)
    local echo 'here $(number)'
all @local: look
    local echo 'all: $(each @,<$(number)>)'
word = one
'''.replace('each @,', f'each {" ".join(world.addresses)},')
    world.fakefile(text)
    a, b, c = world.addresses
    result = world.fake('--verbose', 'use', 'all')
    contains(result, 'seen', f'all: <{a} one> <{b} one> <{c} one>', f'here {b} one')
    check((d / a).read_text() == f'[{a} one]\n', (d / a).read_text())
    check((d / f'later-{c}').read_text() == f'{c} one by root\n' if os.getuid() == 0 else True, 'in another job')
    (d / f'none-{b}').touch()
    contains(world.fake('all', code=2), "undefined variable 'number'")
    world.fakefile(text.replace('word = one', 'word = one\nnumber = none'))
    world.fake('all')
    check((d / b).read_text() == '[none]\n', 'what the file says where no step has set it')
    world.fakefile(text.replace('    run echo "[$(number)]"', '    run true # '))
    contains(world.fake('all'), f'all: <{a} one> <{c} one>')
    world.fakefile('t @:\n    run --into=x false\n    run echo $(x)\n')
    contains(world.fake('t', code=2), 'exit code 1')
    world.fakefile('t @:\n    run --into=x printf x\ninputs = $(x)\nt: inputs = 1\n')
    world.fake('t')
    contains(world.fake('t'), 'up to date')
    world.fakefile('t @:\n    put --into=x a b\n')
    contains(world.fake('t', code=2), 'put has no option --into')
    for name in ('host', 'host.name', 'roles', 'failed', 'status', 'user', 'ssh_port', '@'):
        world.fakefile(f't @:\n    run touch {d}/begun\n    run --into={name} echo $$HOME\n')
        contains(world.fake('t', code=2), f"--into takes a name that is not fake's own, not '{name}'")
    world.fakefile(f't @:\n    run touch {d}/begun\n    run --into=$(n) echo $$HOME\nn = host\n')
    contains(world.fake('t', code=2), "not 'host'")
    check(not (d / 'begun').exists(), 'told before anything runs')


def test_on(world):
    """A step on other hosts for the sake of its own, one at a time on each, which the run has locked."""
    lb, other, *webs = world.servers(6)
    d = world.folder / 'far'
    d.mkdir()
    text = f'''
@lb: hosts = {lb} {other}
@web: hosts = {' '.join(webs)}
name = {lb}
define drain
run --on=$(name) echo drained $(host.name) >> {d}/drained
endef
t @web:
    run --on=@lb {{
        test ! -e ~/busy || touch ~/clash
        : > ~/busy
        sleep 0.05
        echo $(host.name) >> ~/log
        rm ~/busy
    }}
    run echo $(host.name) > ~/own
    $(drain)
    run --on={other} --into=answer cat ~/log
    put --on={other},{webs[0]} f {d}/sent-$(host.name)
    run echo '$(words $(answer))' > ~/answer
fails @web:
    run --on=$(name) sh -c 'exit $(if $(filter {webs[1]},$(host.name)),7,0)'
    run touch ~/went-on
wrong @web:
    run --on=@bl true
all @web:
    run --on=$(on) echo to
on = @lb
'''
    world.fakefile(text)
    world.write('f', 'f\n')
    result = world.fake('t')
    every = world.fake('--verbose', 'all', 'on=@all')
    told = world.fake('all', 'on=@all')  # each visit is told, folded or not
    for host in world.addresses:
        contains(told, f'run: (on {host}) echo to')
    check(every.out.count('out: to') == 4 * 6 and told.out.count('out: to') >= 6, told)
    contains(result, f'(on {lb})', f'(on {other})')
    for host in (lb, other):
        check(sorted((world.host_home(host) / 'log').read_text().split()) == sorted(webs), 'each of them once')
        check(not (world.host_home(host) / 'clash').exists(), 'two at a time')
    check(not (world.host_home(lb) / 'own').exists(), 'the other steps on their own hosts')
    for host in webs:
        check((world.host_home(host) / 'own').read_text() == f'{host}\n', 'own')
        check((d / f'sent-{host}').read_text() == 'f\n', 'put')
        check(int((world.host_home(host) / 'answer').read_text()) >= 1, 'the answer is the own host\'s variable')
    check(len((d / 'drained').read_text().splitlines()) == 4, 'from a canned recipe')
    contains(world.fake('fails', '-k', code=2), 'exit code 7')
    check(not (world.host_home(webs[1]) / 'went-on').exists() and (world.host_home(webs[2]) / 'went-on').exists(), '-k')
    world.fakefile(text + f'before wrong: first\nfirst @web:\n    run touch {d}/first\n')
    contains(world.fake('wrong', code=2), "unknown role 'bl'", "did you mean 'lb'", '    run --on=@bl true')
    contains(world.fake('all', 'on=@bl', code=2), "unknown role 'bl'")
    check(not (d / 'first').exists(), 'before anything connects')
    # Another run that has the balancer locks this one out before anything is done.
    world.fakefile(text + 'hold @lb:\n    run touch ~/held; sleep 30\n')
    holder = world.start('-H', lb, 'hold')
    wait_until((world.host_home(lb) / 'held').exists, what='the lock is held')
    (d / 'drained').unlink()
    contains(world.fake('t', code=4), 'is locked by')
    check(not (d / 'drained').exists(), 'nothing is done')
    holder.terminate()
    holder.wait()
    # One that cannot be reached fails the job, and says which.
    world.fakefile(text.replace(f'name = {lb}', 'name = 127.0.0.9').replace('@lb {', f'{other} {{'))
    contains(world.fake('t', code=3), '--on: 127.0.0.9: ')


def test_pty(world):
    """A terminal as large as ours, one host after the other; sudo and its password work on it."""
    hosts = world.servers(3)
    d = world.folder / 'far'
    d.mkdir()
    text = f'''
t @:
    run --pty {{
        test -t 0 && test -t 1 && test -t 2 && stty size
        test ! -e {d}/busy || touch {d}/clash
        : > {d}/busy
        sleep 0.05
        rm {d}/busy
    }}
    run --pty --into=tty tty
    run test ! -t 1
    run echo '$(tty)' > ~/tty
    run --pty --input='an answer' read -r x; echo "got $$x"
    run --pty --ok=3 exit 3
    -run --pty exit 4
    sudo --pty test -t 1
fails @:
    run --pty sh -c 'kill -9 $$$$'
slow @:
    run --pty --timeout=0.5 sleep 30.{world.number}
without @:
    prefix PATH=/nonexistent
    run --pty true
'''
    world.fakefile(text)
    result = world.fake('t')
    contains(result, 'out: 24 80', 'got an answer', 'exit code 4')
    lacks(result, '\r')
    check(not (d / 'clash').exists(), 'two at a time')
    for host in hosts:
        check((world.host_home(host) / 'tty').read_text().startswith('/dev/pts/'), 'a terminal')
    contains(world.fake('fails', code=2), 'signal 9')
    contains(world.fake('slow', code=2), 'timed out')
    wait_until(lambda: not processes_with(f'sleep 30.{world.number}'), what='nothing is left')
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack('HHHH', 31, 117, 0, 0))
    done = subprocess.run(world.command(['-H', hosts[0], 't']), cwd=world.project, env=world.environment(),
                          stdin=follower, capture_output=True)
    os.close(leader)
    os.close(follower)
    check(b'out: 31 117' in done.stdout, done)


def test_pty_and_sudo_password(world):
    if os.getuid() != 0:
        return
    world.servers(2)
    with account(world, 'right  one') as name:
        world.fakefile(f'user = {name}\nsudo_password = right  one\nt @:\n    sudo --pty sh -c "test -t 1 && id -un"\n')
        result = world.fake('t')
        contains(result, 'root\n')  # sudo with use_pty shows the end of its input in front of it: ^@
        lacks(result, 'right  one')


def test_mirror_of_many(world):
    """A tree whose record is too big for the shell: what drifts is seen, what is as it was is not hashed again."""
    mirror_many(world, '    run true\n')


def test_mirror_of_many_alone(world):
    """The same where no command is among the steps: of the record only the lines of what changed are made anew."""
    d = mirror_many(world, '')
    (world.project / "site/it's 5/$name \"5\" \\'").unlink()
    world.write('site/added', 'x')
    world.write("site/it's 6/$name \"6\" \\'", 'changed\n')
    world.fake('t')
    check(not (d / "it's 5/$name \"5\" \\'").exists(), 'deleted')
    contains(world.fake('t'), 'up to date')
    contains(world.fake('t'), 'up to date')
    record, = (world.host_home(world.addresses[0]) / '.fake/e2e').glob('t@*')
    lines = record.read_text().splitlines()
    for kind in ('place f', 'hash'):
        check(len([line for line in lines if line.startswith(kind)]) == 300, kind)
    check(len([line for line in lines if line.startswith('state ')]) == 302, 'with a link and a folder')
    for name in ('added', "it's 6/$name \"6\" \\'"):
        before = (d / name).read_text()
        (d / name).write_text('drift')
        contains(world.fake('t', '--explain'), str(d / name).rstrip("\\'"), 'is not as it was left')
        check((d / name).read_text() == before, 'mended')
        contains(world.fake('t'), 'up to date')


def mirror_many(world, more):
    address, = world.servers(1)
    d = world.folder / 'far'
    world.fakefile(f't @:\n    put --mirror --delete site/ {d}/\n{more}')
    for i in range(300):
        world.write(f"site/it's {i % 7}/$name \"{i}\" \\'", f'{i}\n')
    os.symlink('it', world.project / 'site/link')
    (world.project / 'site/empty').mkdir()
    world.fake('t')
    contains(world.fake('t'), 'up to date')
    contains(world.fake('t'), 'up to date')
    some = d / "it's 3" / "$name \"3\" \\'"
    some.touch()
    contains(world.fake('t'), 'up to date')
    for name, drift in (('$name', lambda: some.write_text('x')), ('$name', some.unlink), ('link', (d / 'link').unlink),
                        ('$name', lambda: os.replace(d / 'link', some))):
        drift()
        contains(world.fake('t', '--explain'), f'{name}')
        check(some.read_text() == '3\n' and not some.is_symlink(), 'mended')
        check(os.readlink(d / 'link') == 'it', 'mended')
        contains(world.fake('t'), 'up to date')
    (d / 'stray').write_text('')
    world.write("site/it's 3/$name \"3\" \\'", 'changed\n')
    inode = (d / "it's 4").stat().st_ino
    world.fake('t')
    check(some.read_text() == 'changed\n' and not (d / 'stray').exists(), 'changed')
    check((d / "it's 4").stat().st_ino == inode, 'only what differs')
    contains(world.fake('t'), 'up to date')
    record, = (world.host_home(address) / '.fake/e2e').glob('t@*')
    check(len([line for line in record.read_text().splitlines() if line.startswith('hash ')]) == 300, 'all are known')
    return d


def test_said_in_time(world):
    """What is wrong is said before anything connects; what keeps a record from being kept is said once it matters."""
    world.servers(1)
    d = world.folder / 'far'
    world.fakefile(f'config = x\nt @:\n    run touch {d}\n    put --text=cofnig {d}\n')
    contains(world.fake('t', code=2), "undefined variable 'cofnig'", "did you mean 'config'")
    check(not d.exists(), 'before anything is done')
    world.write('tree/a\nb', 'x')
    world.write('tree/c', 'x')
    world.fakefile(f't @:\n    put tree {d}\n')
    contains(world.fake('t'), 'keeps no record', 'has a newline')
    world.fakefile(f't @:\n    run --if=false touch {d}/x\n    run --if=false --into=x echo 1\n')
    result = world.fake('t')
    contains(result, 'out: passed over: --if=false says no')
