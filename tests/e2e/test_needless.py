"""What is known from an earlier run to be as it was needs no plan; each change must be seen all the same."""
import os
import time

from harness import check, contains, lacks

MAKEFILE = '''
all: lib prog
lib: a.o b.o
prog: a.o b.o | made
	cat a.o b.o >prog
a.o: a.c common.h
	cat a.c common.h >a.o
b.o: b.c common.h
	cat b.c common.h >b.o
made:
	mkdir made
'''


def known(world, text=MAKEFILE, goals=()):
    """Builds, lets the files grow old enough to be known by their states, and has them learnt."""
    for name in ('a.c', 'b.c', 'common.h'):
        world.write(name, name + '\n')
    world.write('Makefile', text)
    world.fake(*goals)
    time.sleep(2.1)
    world.fake(*goals)
    return world.fake(*goals)


def commands(result):
    return [line.split('>')[1] for line in result.out.splitlines() if line.startswith('cat ')]


def build(world, expected, *arguments, text=None):
    if text:
        world.write('Makefile', text)
    done = world.fake(*arguments)
    check(commands(done) == expected, f'{commands(done)}, not {expected}: {done}')
    return done


def told(result):
    """The events but for their times."""
    return [{key: value for key, value in event.items() if key not in ('t', 'seconds')} for event in result.events()]


def test_says_what_make_says(world):
    contains(known(world), "Nothing to be done for 'all'.")
    for goals, said in ((['prog'], ["'prog' is up to date."]), (['a.c'], ["Nothing to be done for 'a.c'."]),
                        (['b.o', 'all'], ["'b.o' is up to date.", "Nothing to be done for 'all'."])):
        first = world.fake(*goals)
        contains(first, *said)
        again = world.fake(*goals)
        check((again.out, again.err) == (first.out, first.err), f'{again} is not {first}')
    check(world.fake('-q').out == '', 'nothing is said with -q')
    contains(world.fake('-n'), "Nothing to be done for 'all'.")


def test_tells_what_a_plan_would(world):
    known(world)
    short = told(world.fake('--json'))
    long = told(world.fake('--json', '-o', 'nothing'))
    check(len(short) > 4 and short == long, f'{short}\n{long}')


def test_each_change_is_seen(world):
    known(world)
    build(world, [])
    world.write('common.h', 'other\n')
    build(world, ['a.o', 'b.o', 'prog'])
    (world.project / 'b.o').unlink()
    build(world, ['b.o'])
    world.write('a.o', 'by hand\n')
    build(world, ['prog'])
    os.utime(world.project / 'a.c')
    build(world, [])
    (world.project / 'made').rmdir()
    contains(world.fake(), 'mkdir made')


def test_the_makefile_is_read_again(world):
    known(world)
    text = MAKEFILE.replace('cat a.c common.h', 'cat  a.c common.h')
    build(world, ['a.o'], text=text)
    world.write('new.h', '')
    build(world, ['a.o'], text=text.replace('a.o: a.c', 'a.o: new.h a.c'))


def test_what_is_no_plain_file_is_planned(world):
    known(world)
    world.write('Makefile', MAKEFILE + 'a.c: a.o\n')
    contains(world.fake(), 'Circular')
    world.write('Makefile', MAKEFILE + '%.h: %.in\n\tcat $< >$@\n')
    world.write('common.in', 'made\n')
    build(world, ['common.h', 'a.o', 'b.o', 'prog'])
    known(world)
    world.write('Makefile', MAKEFILE + '.PHONY: common.h\n')
    build(world, ['a.o', 'b.o'])
    known(world)
    world.write('Makefile', MAKEFILE + '.EXTRA_PREREQS = lost\n')
    contains(world.fake(code=2), "No rule to make target 'lost'")
    world.write('Makefile', MAKEFILE + 'after prog: hello\nhello @local:\n\trun echo hello\n')
    lacks(world.fake(), 'error')


def test_a_damaged_store_is_told_of(world):
    known(world)
    store = world.project / '.fake/store'
    store.write_bytes(store.read_bytes()[:3000])
    contains(world.fake(), 'cannot be trusted', "Nothing to be done for 'all'.")
