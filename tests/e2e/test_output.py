"""§6: what is shown of a run on many hosts."""
import os
import pty
import re
import select
import signal
import subprocess
import time

from harness import check, contains, lacks, wait_until


def ranged(world, numbers):
    """The range of the servers with these numbers: 127.10.3.[1-2]."""
    return f'{world.addresses[0].rsplit(".", 1)[0]}.[{numbers}]'


def test_equal_output_is_folded(world):
    world.servers(5)
    world.fakefile('''
deploy @:
    run case $(host) in *.2|*.5) echo other;; *) echo same;; esac; echo complaint >&2
    @run echo quiet
''')
    result = world.fake('deploy')
    every, same, other = ranged(world, '1-5'), ranged(world, '1,3-4'), ranged(world, '2,5')
    check(result.out.startswith(f"[{every}] Executing task 'deploy'\n[{every}] run: case $(host) in *.2|"), result)
    contains(result, f'\n[{same}] out: same\n[{other}] out: other\n[{every}] out: quiet\n')
    check(result.err == f'[{same}] err: complaint\n[{other}] err: complaint\n', result)
    only_output = world.fake('-s', 'deploy')
    check(only_output.out == f'[{same}] out: same\n[{other}] out: other\n[{every}] out: quiet\n', only_output)
    lines = world.fake('--verbose', 'deploy')
    for address in world.addresses:
        contains(lines, f'[{address}] run: case {address} in', f'[{address}] out: quiet\n')


def test_commands_are_folded(world):
    world.servers(4)
    world.fakefile('')
    every = ranged(world, '1-4')
    result = world.fake('-H', every, '--', 'uname')
    check(result.out == f'[{every}] run: uname\n[{every}] out: Linux\n', result)
    failed = world.fake('-H', every, '--', 'echo bad; exit 3', code=2)
    contains(failed.out, f'[{every}] out: bad\n')
    contains(failed.err, f'[{every}] failed: exit code 3\n', f'failed on {every}, step 1', '    | bad\n')


def test_both_outputs_are_in_their_order(world):
    """As each host printed them, also where several share the lines; a process left behind is told of at its step."""
    world.servers(3)
    every = ranged(world, '1-3')
    world.fakefile(f'''
deploy @:
    run echo a; sleep 0.2; echo b >&2; sleep 0.2; echo c; sleep {os.getpid() % 100 + 20} &
    run echo next
''')
    out = subprocess.run(world.command(['deploy']), cwd=world.project, env=world.environment(), timeout=60,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    contains(out, f'''c; sleep {os.getpid() % 100 + 20} &
[{every}] out: a
[{every}] err: b
[{every}] out: c
[{every}] warning: deploy, step 1 (Fakefile:7): it left a process behind that holds its output; cut off, and left running
[{every}] run: echo next
[{every}] out: next
''')
    check(out.count('run: echo a') == 1, out)


def test_command_with_sudo(world):
    """`-- sudo CMD` is the step of that name, unless the shell has more to say in it."""
    one, two = world.servers(2)
    world.fakefile('@web: hosts := $(hosts)\n')
    every = ranged(world, '1-2')
    for arguments in (['-H', f'{one},{two}'], ['-R', 'web']):
        result = world.fake(*arguments, '--', 'sudo', 'id', '-u')
        check(result.out == f'[{every}] sudo: id -u\n[{every}] out: 0\n', result)
    contains(world.fake('-R', 'web', '--', 'sudo -n id -u', code=None).out, f'[{every}] run: sudo -n id -u\n')
    contains(world.fake('-R', 'web', '--', 'sudo id; id', code=None).out, f'[{every}] run: sudo id; id\n')


def test_a_thousand_jobs(world):
    """On 200 hosts by way of a command; one of them fails half-way."""
    world.fakefile('''
ssh_transport = command env HOME=$(CURDIR)/homes/$(host) sh
hosts = h[001-200]
all @: one two three four five
''' + ''.join(f'{name} @:\n    run [ $(host) != $(bad-{name}) ] && echo {name} >>log\n'
                  for name in ('one', 'two', 'three', 'four', 'five')) + 'bad-three = h077\n' +
                   ''.join(f'bad-{name} = none\n' for name in ('one', 'two', 'four', 'five')))
    for number in range(1, 201):
        (world.project / f'homes/h{number:03}').mkdir(parents=True)
    result = world.fake('-k', 'all', code=2, timeout=120)
    contains(result.out, '[h[001-200]] run: [ $(host) != none ] && echo one', 'h[001-076,078-200] (199)     6        0')
    contains(result.err, 'three failed on h077, step 1 (Fakefile:12):', 'Not run because of that: all on h077')
    for number in range(1, 201):
        lines = (world.project / f'homes/h{number:03}/log').read_text().split()
        check(lines == ['one', 'two', *(['three'] if number != 77 else []), 'four', 'five'], (number, lines))


def test_failures_are_last_and_folded(world):
    world.servers(5)
    world.fakefile('''
deploy @:
    run echo hello
    run case $(host) in *.2|*.4) echo "no $(host) here" >&2; exit 7;; esac
    run echo never
restart @: deploy
    run echo restarted
''')
    result = world.fake('-k', 'restart', code=2)
    bad, good = ranged(world, '2,4'), ranged(world, '1,3,5')
    contains(result.out, f'[{good}] out: restarted\n')
    check(result.err.endswith(f'''
deploy failed on {bad}, step 2 (Fakefile:8):
    run case $(host) in *.2|*.4) echo "no $(host) here" >&2; exit 7;; esac
    exit code 7
    | no $(host) here

Not run because of that: restart on {bad}.
'''), result)


def test_unreachable_hosts_are_folded(world):
    one = world.servers(1)[0]
    prefix = one.rsplit('.', 1)[0]
    world.fakefile('deploy @:\n    run echo hello\n')
    result = world.fake('-k', '-H', f'{one},{prefix}.[101-103]', 'deploy', code=3)
    contains(result, f'[{one}] out: hello\n', f'[{prefix}.[101-103]] failed: cannot connect to $(host) port',
             f'deploy failed on {prefix}.[101-103]:\n')


def test_long_script_that_failed(world):
    """In the list of failures its beginning is enough, right above what is wrong."""
    world.fakefile('''
ssh_transport = local
hosts = h1
deploy @:
    run {
        echo one
        echo two
        echo three
        echo four
        exit 3
    }
''')
    result = world.fake('deploy', code=2)
    contains(result.err, '''deploy failed on h1, step 1 (Fakefile:7):
    run echo one
    echo two
    … (3 more lines)
    exit code 3
''')


def test_what_would_run_is_folded(world):
    world.servers(3)
    world.fakefile('deploy @:\n    run echo hello\n')
    check(re.fullmatch(rf'would run deploy on {re.escape(ranged(world, "1-3"))}: [^\n]*\n',
                       world.fake('-n', 'deploy').out), 'one line')


def test_who_lags_is_not_waited_for(world):
    one, two = world.servers(2)
    world.fakefile(f'''
deploy @:
    run echo hello; case $(host) in *.2) while [ ! -e {world.folder}/go ]; do sleep 0.1; done;; esac
''')
    child = world.start('deploy', env={'FAKE_PATIENCE': '1'})
    os.set_blocking(child.stdout.fileno(), False)
    seen = []
    wait_until(lambda: seen.append(child.stdout.read() or b'') or b'out: hello' in b''.join(seen), 50, 'output')
    check(f'[{one}] out: hello\n' in b''.join(seen).decode(), seen)
    (world.folder / 'go').touch()
    check(child.wait(20) == 0, 'it ends well')
    os.set_blocking(child.stdout.fileno(), True)
    contains((b''.join(seen) + child.stdout.read()).decode(), f'[{two}] out: hello\n')


def test_interrupt_says_what_arrived(world):
    world.servers(3)
    world.fakefile(f'''
deploy @:
    run echo arrived; touch {world.folder}/at.$(host); case $(host) in *.2) sleep 30;; esac
''')
    child = world.start('deploy')
    wait_until(lambda: len(list(world.folder.glob('at.*'))) == 3)
    time.sleep(1)  # for what was printed before that to arrive
    child.send_signal(signal.SIGINT)
    out, err = (text.decode() for text in child.communicate(timeout=20))
    check(child.returncode == 130, out + err)
    contains(out, f'[{ranged(world, "1-3")}] out: arrived\n')
    contains(err, '*** Interrupted.\nWhat the hosts were doing:\n',
             f'    {world.addresses[1]}: deploy, step 1: run echo arrived', f'    {ranged(world, "1,3")}: done with deploy\n')
    lacks(err, 'failed: interrupted')


def on_terminal(world, *arguments, text, then):
    """All bytes that fake writes to a terminal of 80 columns; `then` is called once when `text` is seen."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(world.command(arguments), cwd=world.project, env=world.environment(TERM='xterm'),
                             stdin=theirs, stdout=theirs, stderr=theirs)
    world.children.append(child)
    os.close(theirs)
    seen = b''
    while True:
        try:
            ready, _, _ = select.select([ours], [], [], 30)
            piece = os.read(ours, 65536) if ready else b''
        except OSError:
            piece = b''
        if not piece:
            break
        seen += piece
        if then and text.encode() in seen:
            then()
            then = None
    os.close(ours)
    check(child.wait(10) == 0, seen)
    return seen.decode()


def test_a_terminal_shows_who_is_waited_for(world):
    world.servers(3)
    world.fakefile(f'''
deploy @:
    run case $(host) in *.2) while [ ! -e {world.folder}/go ]; do sleep 0.1; done;; esac; echo hello
''')
    waited = 'deploy: 2 of 3 hosts done; ' + world.addresses[1] + ': step 1: run case $(host)'
    text = on_terminal(world, '--no-color', 'deploy', text=waited, then=(world.folder / 'go').touch)
    contains(text, waited)
    for line in text.replace('\r\n', '\n').split('\n'):
        shown = line.split('\r\x1b[K')[-1]  # what stands when the line is ended
        check('hosts done' not in shown and '\x1b' not in shown, repr(line))
    lacks(world.fake('deploy'), '\x1b', 'hosts done')  # go is there


def test_report(world):
    """--report=FILE: a page that is whole when the run has ended, well or not; a wrong path is told at once."""
    world.servers(2)
    world.fakefile('deploy @:\n    run echo "<hello>"\n    run test $(host) != $(bad)\nbad = none\n')
    world.fake('--report=page.html', 'deploy')
    page = (world.project / 'page.html').read_text()
    contains(page, '<html', '</html>', '&lt;hello&gt;', *world.addresses)
    world.fake('--report=page.html', 'deploy', f'bad={world.addresses[1]}', code=2)
    page = (world.project / 'page.html').read_text()
    check(page.count('</html>') == 1, 'one page, anew')
    contains(page, 'exit code 1')
    result = world.fake('--report=none/page.html', 'deploy', code=2)
    check(result.err == 'fake: *** none/page.html: No such file or directory.  Stop.\n' and result.out == '', result)
