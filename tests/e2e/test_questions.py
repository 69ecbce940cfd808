"""Questions on a terminal (a pty of the test's), secrets, and what is shown of them."""
import os
import pty
import select
import signal
import termios
import time

from harness import FAKE, check, contains, lacks


class Ended:
    """What a run on a terminal showed, and its exit code."""

    def __init__(self, all, code, echo):
        self.all, self.code, self.echo = all, code, echo

    def __repr__(self):
        return f'exit {self.code}\n{self.all}---'


def on_terminal(world, arguments, dialogue=(), code=0, timeout=20):
    """Runs fake on a terminal; dialogue is pairs of what is waited for and what is typed then, perhaps some seconds
    later."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(world.project)
        os.execve(FAKE, [FAKE, *arguments], world.environment(TERM='dumb'))
    shown, seen, steps, end = b'', 0, list(dialogue), time.monotonic() + timeout
    echo = True
    try:
        while True:
            check(time.monotonic() < end, f'it hangs after {shown!r}')
            if select.select([terminal], [], [], 0.05)[0]:
                try:
                    data = os.read(terminal, 4096)
                except OSError:
                    break
                if not data:
                    break
                shown += data
            if steps and steps[0][0].encode() in shown[seen:]:
                seen = len(shown)
                typed = steps.pop(0)[1]
                if isinstance(typed, tuple):
                    time.sleep(typed[0])
                    typed = typed[1]
                if callable(typed):
                    typed(pid)
                else:
                    os.write(terminal, typed.encode())
            try:
                echo = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
            except termios.error:
                pass
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(terminal)
    result = Ended(shown.decode('utf-8', 'backslashreplace').replace('\r\n', '\n'), status, echo)
    check(not steps, f'never asked {steps[0][0] if steps else ""!r}:\n{result!r}')
    check(result.code == code, f'wanted exit {code}, got {result!r}')
    return result


ASKS = '''
stage = $(choose Stage,staging production,staging)
name = $(ask Name,you)
t @local:
    local echo "<$(stage)>" "<$(name)>"
u @local: t
    local echo again "<$(stage)>"
'''


def test_ask_and_choose(world):
    world.fakefile(ASKS)
    result = on_terminal(world, ['u'], [('[staging]: ', '2\n'), ('Name [you]: ', 'me\n')])
    contains(result, '  1 staging\n  2 production\n', '] out: <production> <me>\n', '] out: again <production>\n')
    check(result.all.count('Name [you]') == 1, result)
    check(result.all.index('Name [you]') < result.all.index('Executing'), 'asked in the middle of the run')


def test_defaults(world):
    world.fakefile(ASKS)
    contains(on_terminal(world, ['t'], [('[staging]: ', '\n'), ('Name [you]: ', '\n')]), '] out: <staging> <you>\n')
    contains(on_terminal(world, ['t', '--yes']), '] out: <staging> <you>\n')
    contains(on_terminal(world, ['t', '--non-interactive']), '] out: <staging> <you>\n')
    contains(world.fake('t'), '] out: <staging> <you>\n')  # no terminal


def test_wrong_choice(world):
    world.fakefile(ASKS)
    result = on_terminal(world, ['t'], [(']: ', 'none\n'), (']: ', '7\n'), (']: ', 'production\n'), ('you]: ', '\n')])
    contains(result, 'One of these', '<production>')
    world.fakefile('t @local:\n    local echo $(choose Stage,a b,c)\n')
    contains(world.fake('t', code=2), 'the default is none of the options')


def test_no_default(world):
    web, = world.servers()
    world.fakefile('''
t @:
    run echo $(ask Which version)
''')
    contains(world.fake('t', code=2), 'Fakefile:', 'there is no default, and no terminal to ask on')
    lacks(world.fake('t', code=2), 'Executing')
    contains(on_terminal(world, ['t', '--non-interactive'], code=2), '--non-interactive forbids to ask')
    contains(on_terminal(world, ['t', '--yes'], [('Which version: ', '\n'), ('Which version: ', 'v1\n')]), '] out: v1\n')


def test_confirm(world):
    world.fakefile('''
t @local:
    confirm Deploy to $(stage), it's late?
    local echo done
stage = production
''')
    yes = on_terminal(world, ['t'], [("Deploy to production, it's late? [y/n] ", 'maybe\n'), ('[y/n] ', 'y\n')])
    contains(yes, '] out: done\n')
    no = on_terminal(world, ['t'], [('[y/n] ', 'n\n')], code=2)
    contains(no, 'the answer was no')
    lacks(no, 'done', 'Executing')
    contains(on_terminal(world, ['t', '--yes']), '] out: done\n')
    contains(world.fake('t', '--yes'), '] out: done\n')
    contains(world.fake('t', code=2), '--yes confirms')
    lacks(world.fake('-n', 't'), 'confirms')


def test_confirm_default(world):
    world.fakefile('''
t @local:
    confirm --default=yes Really?
    local echo done
u @local:
    confirm --default=no Really?
    local echo done
''')
    contains(world.fake('t'), '] out: done\n')
    contains(on_terminal(world, ['t'], [('Really? [Y/n] ', '\n')]), '] out: done\n')
    contains(world.fake('u', code=2), 'the answer was no')
    lacks(on_terminal(world, ['u'], [('Really? [y/N] ', '\n')], code=2), 'done')
    contains(world.fake('u', '--yes'), '] out: done\n')


def test_confirm_at_its_turn(world):
    """What it asks is known only once an earlier step has run; it is not before."""
    world.fakefile('''
t @local:
    local echo one > made
    confirm Go on with $(shell cat made)?
    local echo done
''')
    (world.project / 'made').write_text('zero\n')
    result = on_terminal(world, ['t'], [('Go on with zero? [y/n] ', 'y\n')])
    contains(result, '] out: done\n')
    refused = on_terminal(world, ['t'], [('? [y/n] ', 'n\n')], code=2)
    lacks(refused, 'done')
    contains(refused, 'the answer was no')


def test_on_failure_asks_after_the_failure(world):
    world.fakefile('''
t @local:
    local false
back @local:
    confirm Roll back?
    local echo rolled
on-failure t: back
''')
    result = on_terminal(world, ['t'], [('Roll back? [y/n] ', 'y\n')], code=2)
    contains(result, '] out: rolled\n')
    check(result.all.index('Roll back?') > result.all.index('Executing'), 'asked before the failure')


PASSWORD = '''
pw = $(password Database)
t @local:
    local echo "got $(pw)"; printf gehe; sleep 0.2; echo im
'''


def test_password(world):
    world.fakefile(PASSWORD)
    result = on_terminal(world, ['t', '--yes'], [('Database: ', 'geheim\n')])
    contains(result, '] out: got ***\n', '] out: ***\n', 'echo "got ***"')
    lacks(result, 'geheim')
    check(result.echo, 'the terminal is left without echo')
    contains(world.fake('t', code=2), 'no terminal to ask on')


def test_password_interrupted(world):
    world.fakefile(PASSWORD)
    result = on_terminal(world, ['t'], [('Database: ', 'geh\x03')], code=130)
    check(result.echo, 'the terminal is left without echo')
    lacks(result, 'geh', 'Executing')
    ended = on_terminal(world, ['t'], [('Database: ', lambda pid: os.kill(pid, signal.SIGTERM))], code=130)
    check(ended.echo, 'the terminal is left without echo')
    contains(on_terminal(world, ['t'], [('Database: ', '\x04')], code=2), 'there is no answer')


SECRET = '''
token = $(secret printf 's3cr;t%s\\n' "$$suffix")
t @local: input
    local printf '%s\\n' "$(token)" $(token)x 2>/dev/null; echo '$(token)' >&2
'''


def test_secret_is_masked(world):
    world.fakefile(SECRET.replace('s3cr;t', 's3cret'))
    world.write('input', '')
    plain = world.fake('t')
    contains(plain, '] out: ***\n', '] out: ***x\n')
    lacks(plain, 's3cret')
    lacks(world.fake('-B', 't', '--json'), 's3cret')
    lacks(world.fake('-B', 't', '--explain', '--verbose'), 's3cret')
    lacks(world.fake('-p', 't'), '= s3cret')
    for path in (world.project / '.fake').rglob('*'):
        check(path.is_dir() or b's3cret' not in path.read_bytes(), f'the secret is in {path}')


def test_secret_in_errors(world):
    world.fakefile('''
token := $(secret echo s3cret)
t @local:
    $(token) x
''')
    result = world.fake('t', code=2)
    contains(result, "unknown verb '***'")
    lacks(result, 's3cret ')


def test_secret_counts_by_a_salted_hash(world):
    world.fakefile('''
token = $(secret cat token)
t @local: input
    local : $(token)
''')
    world.write('input', '')
    world.write('token', 'one-secret\n')
    world.fake('t')
    contains(world.fake('t'), 'up to date')
    world.write('token', 'another-secret\n')
    contains(world.fake('t', '--explain'), 'step 1 differs')
    contains(world.fake('t'), 'up to date')


def test_secret_among_the_inputs_of_a_host(world):
    """It shows itself when the fingerprint is made, which is before the record's salt is known."""
    world.servers()
    world.fakefile('''
deploy: inputs = $(secret cat token)
deploy @: app
    put app ~/
    run echo ran it
''')
    world.write('app', '')
    for token in ('one-secret\n', 'another-secret\n'):
        world.write('token', token)
        contains(world.fake('deploy'), 'ran it')
        contains(world.fake('deploy'), 'up to date')


def test_secret_in_a_record_on_the_host(world):
    web, = world.servers()
    world.fakefile('''
state_dir = state
token = $(secret cat token)
t @: input
    run : $(token)
    put input ~/
''')
    world.write('input', '')
    world.write('token', 'one-secret\n')
    world.fake('t')
    records = [path.read_text() for path in (world.host_home(web) / 'state').rglob('t@*')]
    check(records and all('salt ' in record and 'one-secret' not in record for record in records), records)
    contains(world.fake('t'), 'up to date')
    world.write('token', 'another-secret\n')
    contains(world.fake('t', '--explain'), 'step 1 differs')


def test_secret_fails(world):
    world.fakefile('''
t @local:
    local echo $(secret exit 3)
''')
    contains(world.fake('t', code=2), 'secret: exit 3: exit code 3')


def test_short_secret(world):
    world.fakefile('''
t @local:
    local echo $(secret echo ab)
''')
    contains(world.fake('t'), 'shorter than 3 characters', '] out: ab\n')


def test_answers_reach_inner_fakes(world):
    """They are asked once, however deep; what is secret does not go through the environment."""
    world.fakefile('''
name = $(ask Your  name\\?)
pw = $(password Database)
t @local:
    local echo "<$(name)>" $(pw); $(MAKE) -s u; env
u @local:
    confirm --default=yes Go on\\?
    local echo "inner <$(name)>"
''')
    result = on_terminal(world, ['t'], [('Your  name\\?: ', 'me & "you"\n'), ('Database: ', 'geheim\n')])
    contains(result, 'inner <me & you>')
    check(result.all.count('name\\?: ') == 1, result)
    flags = [line for line in result.all.splitlines() if 'FAKEFLAGS=' in line]
    check(flags and all('password' not in line and '***' not in line for line in flags), flags)


def test_nothing_is_shown_while_somebody_is_asked(world):
    """A question half-way through a run, while a host goes on printing."""
    world.fakefile(f'''
ssh_transport = local
hosts = h1
.PARALLEL: all
all @local: noise ask
noise @:
    run while [ ! -e {world.folder}/asked ]; do echo noise; sleep 0.05; done; echo end of noise
ask @local:
    local sleep 0.5
    confirm Sure $(shell echo now)?
    local touch {world.folder}/asked
''')
    shown = on_terminal(world, ['--verbose', '-j2', 'all'], [('[y/n] ', (1, 'y\n'))]).all
    check('Sure now? [y/n] y\n' in shown, shown)
    before, after = shown.split('Sure now? [y/n] y\n')
    check('out: noise\n' in before and 'out: end of noise' in after, shown)
    check('out: noise\n' in after, 'what came meanwhile is not lost')
