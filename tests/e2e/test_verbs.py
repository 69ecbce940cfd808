"""Verbs and their options, each once against a real sshd."""
import os

from harness import check, contains, lacks


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
    world.fakefile(f't @:\n    run true\n    only-if true\n')
    contains(world.fake('t', code=2), "'only-if' stands in front of the first step that acts (run)")


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
