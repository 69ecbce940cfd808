"""§5: `fake status`, `fake history`, `fake unlock`."""
import os
import pty
import subprocess
import time

from harness import check, contains, lacks, processes_with, wait_until

SHOP = '''
deploy @: app
    put app ~/app
after deploy: restart
restart @:
    run test ! -e ~/broken
'''


def shop(world, count=3):
    addresses = world.servers(count)
    world.fakefile(SHOP)
    world.write('app', 'one\n')
    return addresses


def ranged(world, numbers):
    return f'{world.addresses[0].rsplit(".", 1)[0]}.[{numbers}]'


def test_status(world):
    """What is recorded, has drifted, is owed; hosts with the same to tell are told together."""
    one, two, three = shop(world)
    check(world.fake('status').out == f'{ranged(world, "1-3")}: nothing is recorded\n', 'nothing yet')
    world.fake('deploy')
    world.fake('-q', 'status')
    (world.host_home(two) / 'app').write_text('by hand\n')
    (world.host_home(three) / 'broken').touch()
    world.write('app', 'two\n')
    world.fake('-H', three, 'deploy', code=2)
    result = world.fake('status')
    contains(result, f'{two}:\n    deploy: 20', '\n        not as it was left: app\n', '\n        still owed: restart\n')
    check(result.err == '', result)
    check(world.fake('-q', 'status', code=1).all == '', '-q only answers')
    world.fake('-q', '-H', one, 'status')
    contains(world.fake('-x', f'{two},{three}', '--status'), f'{one}:\n    deploy: ')


def test_status_as_json(world):
    one, two, _ = shop(world)
    world.fake('-H', f'{one},{two}', 'deploy')
    (world.host_home(two) / 'app').unlink()
    lines = {event['host']: event for event in world.fake('--json', '-H', f'{one},{two},127.0.0.250:9', 'status',
                                                          code=3).events() if event['event'] == 'status'}
    check(len(lines) == 3, lines)
    (target,) = lines[one]['targets']
    check(target['target'] == 'deploy' and not target['drifted'] and target['owed'] == [], target)
    check(target['by'].split('@')[0] and target['from'] == str(world.project), target)
    (target,) = lines[two]['targets']
    check(target['drifted'] and target['differing'] == ['app'], target)
    check(lines['127.0.0.250:9']['failed'] and lines['127.0.0.250:9']['targets'] == [], lines)


def test_history(world):
    one, two, three = shop(world)
    check(world.fake('history').out == 'No run has changed anything there.\n', 'none')
    world.fake('-H', f'{one},{two}', 'deploy')
    world.fake('-H', f'{one},{two}', 'deploy')  # changes nothing: no run of note
    (world.host_home(three) / 'broken').touch()
    time.sleep(1.1)  # times are in whole seconds
    world.fake('deploy', code=2)
    lines = world.fake('history').out.splitlines()
    check(len(lines) == 3, lines)
    check(f'  deploy on {three}, by ' in lines[0] and lines[0].endswith(f', from {world.project}'), lines)
    check(lines[1] == f'    did not end well: restart on {three}', lines)
    check(f'  deploy on {ranged(world, "1-2")}, by ' in lines[2], lines)
    runs = [event for event in world.fake('--json', 'history').events() if event['event'] == 'history']
    check([run['hosts'] for run in runs] == [[three], [one, two]], runs)
    check(runs[0]['unfinished'] == [f'restart on {three}'] and runs[1]['unfinished'] == [], runs)


def busy(world):
    """Two hosts, on the first of which a run is at work."""
    one, two = world.servers(2)
    world.fakefile(f'''
work @:
    run touch {world.folder}/begun; exec sleep 98765.{os.getpid()}
quick @:
    run echo quick
''')
    run = world.start('-H', one, 'work')
    wait_until(lambda: (world.folder / 'begun').exists())
    return one, two, run, f'98765.{os.getpid()}'


def test_unlock_ends_a_live_run(world):
    one, two, run, sleep = busy(world)
    contains(world.fake('status'), f'{one}: nothing is recorded; in use by ', ', for work\n', f'{two}: nothing is recorded\n')
    contains(world.fake('-n', 'unlock'), f'{one}: locked by ', str(world.project), ', for work')
    contains(world.fake('unlock', code=2), f'{one}: locked by ', 'nobody can be asked; --yes confirms')
    check(run.poll() is None and processes_with(sleep), 'nobody said yes')
    contains(world.fake('--yes', 'unlock'), f'{one}: ended the session of ', ', for work')
    out, err = run.communicate(timeout=20)
    check(run.returncode != 0, (out, err))
    wait_until(lambda: not processes_with(sleep), what='the end of what it did there')
    contains(world.fake('quick'), 'out: quick')
    contains(world.fake('unlock'), 'fake: no host is locked\n')


def test_unlock_as_json(world):
    one, two, run, _ = busy(world)
    lines = [event for event in world.fake('--json', '--yes', 'unlock').events() if event['event'] == 'unlock']
    check([(line['host'], bool(line['holder'])) for line in lines] == [(one, True), (two, False)], lines)
    check(run.wait(20) != 0, 'it ended')


def test_unlock_asks(world):
    one, _, run, sleep = busy(world)
    for answer, code in ((b'n\n', 2), (b'y\n', 0)):
        check(run.poll() is None and processes_with(sleep), 'it is at work')
        ours, theirs = pty.openpty()
        child = subprocess.Popen(world.command(['unlock']), cwd=world.project, env=world.environment(TERM='dumb'),
                                 stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                 preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
        world.children.append(child)
        os.close(theirs)
        os.write(ours, answer)
        check(child.wait(20) == code, answer)
        seen = os.read(ours, 65536).decode()
        os.close(ours)
        contains(seen, f'{one}: locked by ', 'End these sessions, and what they are doing? [y/n] ')
    check(run.wait(20) != 0, 'it ended')


def test_a_target_called_so_wins(world):
    world.fakefile('status:\n    @echo own status\nhistory @local: ; local echo own history\nunlocked: unlock ; @echo x\n')
    check(world.fake('status').out == 'own status\n', 'the target')
    contains(world.fake('history'), 'own history')
    lacks(world.fake('--status', code=None), 'own status')
    contains(world.fake('status', 'history'), 'own status', 'own history')
    contains(world.fake('unlock', 'status', code=2), "unlock takes no 'status'")
    contains(world.fake('unlock', code=2), "no host is selected for 'unlock'")
