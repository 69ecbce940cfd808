"""Connect, step and idle time-outs, interrupts: each says what happened, and leaves no process on a host."""
import os
import signal
import socket
import subprocess
import time

from harness import check, contains, lacks, processes_with, wait_until


def gone(*words):
    wait_until(lambda: not any(processes_with(word) for word in words), 20, f'no process of {words}')


def test_connect_time_out(world):
    """A server that takes the connection and says nothing; one that logs in, and whose shell says nothing."""
    one, = world.servers(1)
    silent = socket.create_server((f'{one.rsplit(".", 1)[0]}.99', 0))
    world.closing.append(silent)
    port = silent.getsockname()[1]
    world.fakefile('ssh_connect_timeout = 1\nssh_connect_retries = 0\ndeploy @:\n    run echo in\n')
    result = world.fake('-H', f'{one.rsplit(".", 1)[0]}.99:{port}', 'deploy', code=3)
    contains(result.err, 'failed: timed out after 1 s')
    check(result.seconds < 10, result.seconds)
    lacks(result, 'out: in')


def test_shell_that_says_nothing(world):
    one, = world.servers(1, config='ForceCommand exec sleep 30')
    world.fakefile('ssh_connect_timeout = 1\nssh_connect_retries = 0\ndeploy @:\n    run echo in\n')
    result = world.fake('deploy', code=3)
    contains(result.err, one, "the host's shell did not answer in 1 s")
    check(result.seconds < 15, result.seconds)


def test_shell_that_stalls(world):
    """Its first words come, then a program hangs as on a dead mount: told after ten seconds; then it goes on."""
    go = world.folder / 'go'
    tools = world.folder / 'tools'
    tools.mkdir()
    (tools / 'flock').write_text(f'#!/bin/sh\nwhile [ ! -e {go} ]; do sleep 0.1; done\nexec /usr/bin/flock "$@"\n')
    (tools / 'flock').chmod(0o755)
    one, = world.servers(1, config=f'ForceCommand PATH={tools}:$PATH exec sh -c "$SSH_ORIGINAL_COMMAND"')
    world.fakefile('ssh_connect_timeout = 2\nssh_connect_retries = 0\ndeploy @:\n    run echo in\n')
    run = world.start('deploy')
    line = run.stdout.readline().decode()
    contains(line, f'{one} has not answered the first question for 10 s; after 600 s it is given up')
    go.touch()
    out, err = (text.decode() for text in run.communicate(timeout=20))
    check(run.returncode == 0 and 'out: in' in out and not err, f'exit {run.returncode}\n{out}{err}')


def test_step_that_kills_its_group(world):
    """Whatever leads there, it is the step's own: the session and its other steps go on."""
    one, = world.servers(1)
    world.fakefile(f'''
deploy @:
    -run echo 0 >{world.folder}/pid; kill -s KILL $$(cat {world.folder}/pid)
    -run kill $$(cat {world.folder}/pid)
    -run kill -s TERM '0'
    run sleep 40.7 >/dev/null 2>&1 & echo $$! >{world.folder}/real; sleep 0.1; kill -s 0 $$(cat {world.folder}/real)
    run kill -0 $$(cat {world.folder}/real) && kill -TERM $$(cat {world.folder}/real)
    run echo still here
''')
    result = world.fake('deploy')
    contains(result.out, 'out: still here')
    check(result.err.count("err: kill: '0' is no process id") == 2, result)
    check(result.err.count('ended by signal 15') == 1, result)
    wait_until(lambda: not processes_with('sleep 40.7'), what='the real one has ended')


def test_step_time_out_ends_all_of_it(world):
    """Children in the background and those that ignore signals end with it; the next try, hosts and steps go on."""
    one, two = world.servers(2)
    mark = f'{os.getpid()}{world.number}'
    world.fakefile(f'''
deploy @:
    run --timeout=1 sleep 91.{mark} & trap '' TERM INT HUP; sleep 92.{mark}; sleep 93.{mark}
after deploy: never
never @:
    run echo never
tries @:
    -run --timeout=1 --retries=1 --retry-delay=0 echo try; sleep 94.{mark}
    run echo went on
tries: timeout = 60
here @local:
    local --timeout=1 sleep 95.{mark} & trap '' TERM; sleep 96.{mark}
''')
    result = world.fake('deploy', code=2)
    contains(result.err, f'[{one[:-1]}[1-2]] failed: timed out after 1 s')
    lacks(result, 'out: never')
    gone(f'91.{mark}', f'92.{mark}', f'93.{mark}')
    result = world.fake('tries')
    check(result.out.count(f'[{one[:-1]}[1-2]] out: try') == 2 and 'out: went on' in result.out, result)
    contains(result.err, 'failed, ignored: timed out after 1 s; trying again')
    gone(f'94.{mark}')
    contains(world.fake('here', code=2).err, '[local] failed: local sleep 95', 'timed out after 1 s')
    gone(f'95.{mark}', f'96.{mark}')


def sessions_of(world, address):
    """The sshd's that serve a connection, and what they have started as sshd."""
    found = []
    for pid in subprocess.run(['pgrep', '-P', str(world.server_pid(address))], capture_output=True,
                              text=True).stdout.split():
        inner = subprocess.run(['pgrep', '-P', pid, 'sshd'], capture_output=True, text=True).stdout.split()
        found += [int(pid), *map(int, inner)]
    return found


def test_idle_time_out(world):
    """A server that has stopped: the run ends, and when the server is back, so does what ran there."""
    one, two = world.servers(2)
    mark = f'{os.getpid()}{world.number}'
    world.fakefile(f'''
ssh_keepalive = 1
deploy @:
    run echo begun; touch {world.folder}/begun.$(host); case $(host) in {one}) sleep 97.{mark};; esac
''')
    run = world.start('-k', 'deploy')
    wait_until(lambda: len(list(world.folder.glob('begun.*'))) == 2)
    stopped = sessions_of(world, one)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        out, err = (text.decode() for text in run.communicate(timeout=60))
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    check(run.returncode in (2, 3), f'exit {run.returncode}\n{out}{err}')
    check(f'[{one}] failed: ' in err and f'[{two}] failed' not in err, err)
    gone(f'97.{mark}')


def test_two_interrupts(world):
    """The first ends what runs; the second leaves at once, and what ignored the first ends with its connection."""
    one, two = world.servers(2)
    mark = f'{os.getpid()}{world.number}'
    world.fakefile(f'''
deploy @:
    run trap '' INT TERM; touch {world.folder}/begun.$(host); sleep 98.{mark}; sleep 99.{mark}
after deploy: never
never @:
    run touch {world.folder}/never
''')
    run = world.start('deploy')
    wait_until(lambda: len(list(world.folder.glob('begun.*'))) == 2)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    out, err = (text.decode() for text in run.communicate(timeout=20))
    check(run.returncode == 130, f'exit {run.returncode}\n{out}{err}')
    contains(err, 'Waiting until that has ended; a second interrupt leaves at once.\n',
             'Interrupted again: left at once. Each host ends what still runs there.\n')
    lacks(err, 'failed', 'connection lost')
    gone(f'98.{mark}', f'99.{mark}')
    check(not (world.folder / 'never').exists(), 'no hook runs after an interrupt')
    world.fakefile('free @:\n    run echo free\n')
    contains(world.fake('free'), 'out: free')


def test_interrupt_while_files_are_read(world):
    """What would take hours is left at once; nothing begins that waited for it, and nothing false is recorded."""
    address, = world.servers(1)
    world.write('tree/small', 'x\n')
    big = world.project / 'tree' / 'big'
    ran, there = world.project / 'ran', world.folder / 'there'
    world.fakefile(f'''
file: tree/big
	touch ran file
folder: tree
	touch ran folder
here @local: tree/big
	local touch ran
put @: ready
	put tree/big {there}
put-later @:
	local true
	put tree/big {there}
mirror @: ready
	put --mirror tree/ {there}/
ready @:
	run true
made:
	cp small made; truncate -s 1T made
left @local: small
	local truncate -s $$(cat {world.folder}/size) made
left: outputs = made
''')
    world.write('small', 'x\n')

    def interrupted(goal, name):
        run = world.start(goal)
        wait_until(lambda: any(link == str(world.project / name) for link in open_files(run.pid)), what=f'{goal} reads {name}')
        run.send_signal(signal.SIGINT)
        out, err = (text.decode() for text in run.communicate(timeout=20))
        check(run.returncode == 130, f'{goal}: exit {run.returncode}\n{out}{err}')
        check('cannot' not in err and 'No such' not in err, f'{goal}: {out}{err}')
        return out

    for goal in ('file', 'folder', 'here', 'put', 'put-later', 'mirror'):
        with open(big, 'wb') as file:
            file.truncate(1 << 40)
        interrupted(goal, 'tree/big')
        check(not ran.exists() and not there.exists(), f'{goal}: nothing began')
        big.write_text('small\n')
        world.fake(goal)
        check(ran.exists() or there.exists(), f'{goal}: the next one does it')
        for path in (ran, there):
            subprocess.run(['rm', '-rf', path], check=True)
    made, size = world.project / 'made', world.folder / 'size'
    size.write_text('1T')
    for goal in ('made', 'left'):
        interrupted(goal, 'made')
        size.write_text('10')
        made.write_text('x\n')
        result = world.fake(goal)
        check(('truncate' in result.out) == (goal == 'left'), result)
        contains(world.fake(goal), 'up to date' if goal == 'made' else '')
        made.unlink()
        size.write_text('1T')


def open_files(pid):
    for name in os.listdir(f'/proc/{pid}/fd'):
        try:
            yield os.readlink(f'/proc/{pid}/fd/{name}')
        except OSError:
            pass


def test_interrupt_at_each_stage(world):
    """While connecting, in a task here, between batches: 130, at once."""
    one, = world.servers(1)
    silent = socket.create_server((f'{one.rsplit(".", 1)[0]}.99', 0))
    world.closing.append(silent)
    mark = f'{os.getpid()}{world.number}'
    world.fakefile(f'''
deploy @:
    run echo in
here @local:
    local touch {world.folder}/here; sleep 90.{mark}
roll @a @b:
    run touch {world.folder}/roll.$(host.name)
@a: hosts = {one}
@b: hosts = other
@b: ssh_transport = local
roll: batch = 1
roll: pause = 60
prog:
    touch {world.folder}/prog; sleep 90.{mark}
''')
    stages = [(['-H', f'{one.rsplit(".", 1)[0]}.99:{silent.getsockname()[1]}', 'deploy'], lambda: True),
              (['here'], (world.folder / 'here').exists),
              (['roll'], lambda: list(world.folder.glob('roll.*'))),
              (['prog'], (world.folder / 'prog').exists)]
    for arguments, is_there in stages:
        run = world.start(*arguments)
        wait_until(is_there)
        time.sleep(0.5)
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        out, err = (text.decode() for text in run.communicate(timeout=20))
        check(run.returncode == 130, f'{arguments}: exit {run.returncode}\n{out}{err}')
        check(time.monotonic() - began < 8, f'{arguments} took {time.monotonic() - began} s\n{out}{err}')
        gone(f'90.{mark}')
