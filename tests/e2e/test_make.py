"""make's rules, decided by content (LANGUAGE.md §1): real styles of Makefiles, each built, rebuilt, touched, edited
and interrupted; and what is up to date when."""
import os
import shutil
import signal
import subprocess
import time

from harness import FAKE, TOP, check, contains, lacks


def make(world, *arguments, code=0, **options):
    return world.fake(*arguments, code=code, **options)


def touch(world, *names):
    time.sleep(0.02)
    for name in names:
        os.utime(world.project / name)


def edit(world, name, text):
    time.sleep(0.02)
    return world.write(name, text)


def makefile(world, text, name='Makefile'):
    return world.write(name, '\n'.join('\t' + line[4:] if line.startswith('    ') else line
                                       for line in text.split('\n')))


def compiled(result):
    """The objects that a run compiled, by its lines `CC x.o`."""
    return [line.split()[1] for line in result.out.splitlines() if line.startswith('CC ')]


def ran(result):
    return 'up to date' not in result.out and 'Nothing to be done' not in result.out


SOURCES = {
    'a.c': '#include "a.h"\n#include "b.h"\nint main(void) { return a() + b() - 3; }\n',
    'b.c': '#include "b.h"\nint b(void) { return 2; }\n',
    'c.c': '#include "a.h"\nint a(void) { return 1; }\n',
    'a.h': 'int a(void);\n',
    'b.h': 'int b(void);\n',
}


def write_sources(world, folder=''):
    for name, text in SOURCES.items():
        world.write(folder + name, text)


# ---- styles


GENERATED = '''
CC = cc
prog: a.o b.o c.o
    $(CC) -o $@ $^
%.o: %.c
    @echo CC $@
    @$(CC) -MMD -MP -c -o $@ $<
-include a.d b.d c.d
clean: ; rm -f prog *.o *.d
'''


def test_generated_dependencies(world):
    write_sources(world)
    makefile(world, GENERATED)
    check(sorted(compiled(make(world))) == ['a.o', 'b.o', 'c.o'], 'the first run')
    check(not ran(make(world)), 'the second run: its dependencies were not known to the first')
    check(not ran(make(world)), 'the third run')
    touch(world, *SOURCES)
    check(not ran(make(world)), 'all were touched')
    edit(world, 'b.h', 'int b(void);\nint c(void);\n')
    check(sorted(compiled(make(world))) == ['a.o', 'b.o'], 'a header was edited')
    edit(world, 'b.c', '/* a comment */\n' + SOURCES['b.c'])
    result = make(world)
    check(compiled(result) == ['b.o'], 'a source was edited')
    edit(world, 'b.h', 'int b(void);\n')
    make(world)
    check(not ran(make(world)), 'settled')
    (world.project / 'b.o').unlink()
    result = make(world)
    check(compiled(result) == ['b.o'], 'an object was removed')
    lacks(result, '-o prog')


RECURSIVE = {
    'Makefile': '''
all: lib
    @$(MAKE) -C app prog
lib:
    @$(MAKE) -C lib lib.a
.PHONY: all lib
''',
    'lib/Makefile': '''
lib.a: a.o b.o c.o ; @echo AR $@; rm -f $@; ar rcsD $@ $^
%.o: %.c ; @echo CC $@; cc -c -o $@ $<
a.o: a.h b.h
b.o: b.h
c.o: a.h
''',
    'app/Makefile': '''
prog: ../lib/lib.a ; @echo LINK; cc -o $@ $^
''',
}


def test_recursive(world):
    write_sources(world, 'lib/')
    for name, text in RECURSIVE.items():
        makefile(world, text, name)
    contains(make(world, '-j2'), 'CC b.o', 'AR lib.a', 'LINK')
    result = make(world)
    check(not compiled(result), 'nothing to do')
    lacks(result, 'AR', 'LINK')
    touch(world, 'lib/a.c', 'lib/b.c', 'lib/a.h')
    check(not compiled(make(world)), 'touched')
    edit(world, 'lib/b.c', SOURCES['b.c'] + '\n')
    result = make(world)
    check(compiled(result) == ['b.o'], 'edited')
    lacks(result, 'LINK')  # a blank line gives the same object: nothing behind it is made


BY_EVAL = '''
programs := one two
one_objects := a.o b.o c.o
two_objects := a.o b.o c.o
define program
$1: $$($1_objects) ; @echo LINK $$@; cc -o $$@ $$^
all: $1
endef
all:
$(foreach p,$(programs),$(eval $(call program,$p)))
%.o: %.c Makefile ; @echo CC $@; cc -c -o $@ $<
'''


def test_rules_by_eval(world):
    write_sources(world)
    makefile(world, BY_EVAL)
    contains(make(world), 'LINK one', 'LINK two')
    check(not ran(make(world)), 'nothing to do')
    touch(world, 'a.c', 'Makefile')
    check(not ran(make(world)), 'touched')
    edit(world, 'c.c', SOURCES['c.c'].replace('1', '1 + 0 * 7'))
    check(compiled(make(world)) == ['c.o'], 'edited')


STAMPS = '''
all: .stamp-use
.stamp-use: .stamp-make
    cat out/* > used
    touch $@
.stamp-make: in
    mkdir -p out
    cp in out/one
    touch $@
'''


def test_stamps(world):
    makefile(world, STAMPS)
    world.write('in', '1\n')
    contains(make(world), 'cp in out/one', 'cat out/')
    check(not ran(make(world)), 'nothing to do')
    touch(world, 'in')
    check(not ran(make(world)), 'touched')
    edit(world, 'in', '2\n')
    contains(make(world), 'cp in out/one', 'cat out/')  # an empty stamp stands for its job
    check((world.project / 'used').read_text() == '2\n', 'used')
    check(not ran(make(world)), 'settled')


IF_CHANGED = '''
prog: config.h main ; @echo LINK; cat $^ > $@
config.h: FORCE
    @echo '#define X $(X)' > $@.new; cmp -s $@ $@.new && rm $@.new || mv $@.new $@
FORCE:
'''


def test_force_with_if_changed(world):
    makefile(world, IF_CHANGED)
    world.write('main', 'main\n')
    contains(make(world, 'X=1'), 'LINK')
    lacks(make(world, 'X=1'), 'LINK')
    contains(make(world, 'X=2'), 'LINK')
    lacks(make(world, 'X=2'), 'LINK')


STRIP = '''
install: prog
    strip prog
    cp prog installed
prog: a.o b.o c.o ; @echo LINK; cc -o $@ $^
%.o: %.c ; @echo CC $@; cc -c -o $@ $<
.PHONY: install
'''


def test_strip_in_place(world):
    write_sources(world)
    makefile(world, STRIP)
    contains(make(world, 'install'), 'LINK')
    result = make(world, 'install')  # the record is void for the stripped file: by time it is up to date
    lacks(result, 'LINK', 'CC')
    lacks(make(world, 'install'), 'LINK', 'CC')
    edit(world, 'b.c', SOURCES['b.c'].replace('2', '1 + 1 + 0 * 3'))
    check(compiled(make(world, 'install')) == ['b.o'], 'edited')


# ---- up to date by content


COPY = 'a: b c ; @echo "make a [$?]"; cat b c > a\n'


def test_content_not_time(world):
    makefile(world, COPY)
    world.write('b', 'b\n')
    world.write('c', 'c\n')
    contains(make(world, '--explain'), 'make a [b c]', 'it does not exist')
    touch(world, 'b', 'c')
    contains(make(world), "'a' is up to date.")
    edit(world, 'c', 'changed\n')
    os.utime(world.project / 'c', (1, 1))  # and older than the target
    result = make(world, '--explain')
    contains(result, 'make a [c]', 'c changed')
    makefile(world, COPY.replace('cat b c', 'cat c b'))
    contains(make(world, '--explain'), 'make a [b c]', 'its recipe differs')
    makefile(world, COPY.replace('a: b c', 'a: b').replace('cat b c', 'cat c b'))
    contains(make(world, '--explain'), 'make a [b]', 'c is no input any more')
    makefile(world, COPY.replace('cat b c', 'cat c b'))
    contains(make(world, '--explain'), 'make a [b c]', 'c is new among the inputs')
    contains(make(world), "'a' is up to date.")


def test_record_is_of_one_file(world):
    makefile(world, COPY)
    world.write('b', 'b\n')
    world.write('c', 'c\n')
    make(world)
    edit(world, 'a', 'by hand\n')  # newer than its prerequisites: make's rule, and it is adopted
    contains(make(world), "'a' is up to date.")
    check((world.project / 'a').read_text() == 'by hand\n', 'kept')
    touch(world, 'b')
    contains(make(world), "'a' is up to date.")  # adopted: content counts again
    edit(world, 'a', 'by hand again\n')
    os.utime(world.project / 'a', (1, 1))
    contains(make(world, '--explain'), 'b is newer', 'make a [b c]')


def test_adopts_what_make_has_built(world):
    makefile(world, COPY)
    world.write('b', 'b\n')
    world.write('c', 'c\n')
    subprocess.run(['make', '-s'], cwd=world.project, check=True, stdout=subprocess.DEVNULL)
    contains(make(world), "'a' is up to date.")
    touch(world, 'b', 'c')
    contains(make(world), "'a' is up to date.")


def test_options(world):
    makefile(world, 'a: b ; @echo make a; cat b > a\nb: c ; @echo make b; cat c > b\n')
    world.write('c', '1\n')
    make(world)
    edit(world, 'c', '2\n')
    make(world, '-q', code=1)
    contains(make(world, '-n'), 'make b', 'make a')
    check((world.project / 'a').read_text() == '1\n', '-n and -q do nothing')
    contains(make(world, '-o', 'b'), "'a' is up to date.")
    contains(make(world, '-t'), 'touch b')
    contains(make(world), "'a' is up to date.")  # as if the recipes had run
    check((world.project / 'a').read_text() == '1\n', '-t makes nothing')
    contains(make(world, '-W', 'c'), 'make b', 'make a')
    check((world.project / 'a').read_text() == '2\n', '-W')
    contains(make(world, '-B'), 'make b', 'make a')
    make(world, '-q')
    lacks(make(world, '--warn-undefined-variables', '-B'), 'undefined')  # of what the Fakefile does not use


def test_early_cut_off(world):
    makefile(world, 'a: b ; @echo make a; cat b > a\nb: c ; @echo make b; head -n1 c > b\n')
    world.write('c', '1\nx\n')
    make(world)
    edit(world, 'c', '1\ny\n')
    result = make(world)
    contains(result, 'make b')
    lacks(result, 'make a')
    result = make(world)
    check(not ran(result), 'settled')


def test_always(world):
    makefile(world, '''
all: a p f n
.PHONY: p
a: p ; @echo make a; echo a > a
p: ; @echo make p
f: FORCE ; @echo make f; echo f > f
FORCE:
n: ; @echo make n
''')
    for _ in range(2):
        contains(make(world), 'make a', 'make p', 'make f', 'make n')


def test_folder_is_its_tree(world):
    makefile(world, 'tree/list: tree ; @echo make list; find tree -type f | sort > tree/list\n')
    world.write('tree/one', '1')
    world.write('tree/x/two', '2')
    contains(make(world), 'make list')
    check(not ran(make(world)), 'the target itself does not count')
    touch(world, 'tree/one', 'tree')
    check(not ran(make(world)), 'touched')
    world.write('tree/.git/index', 'x')
    world.write('tree/.fake/x', 'x')
    check(not ran(make(world)), '.git and .fake do not count')
    edit(world, 'tree/x/two', '3')
    contains(make(world), 'make list')
    (world.project / 'tree/one').chmod(0o755)
    contains(make(world), 'make list')
    (world.project / 'tree/link').symlink_to('one')
    contains(make(world), 'make list')
    (world.project / 'tree/link').unlink()
    (world.project / 'tree/link').symlink_to('x')
    contains(make(world), 'make list')
    check(not ran(make(world)), 'settled')


def test_stamp_target(world):
    makefile(world, '''
.STAMP: s
a: s ; @echo make a; echo a > a
s: b ; @echo make s; echo always the same > s
''')
    world.write('b', '1')
    make(world)
    edit(world, 'b', '2')
    contains(make(world), 'make s', 'make a')
    check(not ran(make(world)), 'settled')


def test_intermediates(world):
    makefile(world, '%.out: %.mid ; @echo make $@; cat $< > $@\n%.mid: %.in ; @echo make $@; cat $< > $@\n'
                    'a.out: other\n')
    world.write('a.in', '1\n')
    world.write('other', '1\n')
    contains(make(world, 'a.out'), 'make a.mid', 'make a.out', 'rm a.mid')
    check(not ran(make(world, 'a.out')), 'nothing to do')
    touch(world, 'a.in', 'other')
    check(not ran(make(world, 'a.out')), 'touched')
    edit(world, 'other', '2\n')
    contains(make(world, 'a.out'), 'make a.mid', 'make a.out', 'rm a.mid')
    edit(world, 'a.in', '2\n')
    contains(make(world, 'a.out'), 'make a.mid', 'make a.out', 'rm a.mid')
    check((world.project / 'a.out').read_text() == '2\n', 'content')
    check(not ran(make(world, 'a.out')), 'settled')


def test_group(world):
    makefile(world, 'all: a b\na b &: c ; @echo make both; cat c > a; cat c > b\n')
    world.write('c', '1\n')
    check(make(world).out.count('make both') == 1, 'once')
    check(not ran(make(world)), 'nothing to do')
    (world.project / 'b').unlink()
    contains(make(world), 'make both')
    edit(world, 'c', '2\n')
    check(make(world).out.count('make both') == 1, 'once')
    check(not ran(make(world)), 'settled')


def test_two_files_in_one_folder(world):
    makefile(world, 'a: ; @echo one; echo 1 > a\n', 'one.mk')
    makefile(world, 'a: ; @echo two; echo 2 > a\nb: ; @echo b; echo b > b\n', 'two.mk')
    contains(make(world, '-f', 'one.mk'), 'one')
    contains(make(world, '-f', 'two.mk'), 'two')
    contains(make(world, '-f', 'one.mk'), 'one')
    contains(make(world, '-f', 'one.mk'), 'up to date')


# ---- what goes wrong


def test_failed_is_made_again(world):
    makefile(world, 'a: b ; @echo half > a; test -e ok && cat b > a\n')
    world.write('b', '1\n')
    contains(make(world, code=2), '*** [Makefile:1: a] Error 1')
    time.sleep(0.02)
    world.write('ok', '')
    contains(make(world, '--explain'), 'its last run did not come to an end')
    check((world.project / 'a').read_text() == '1\n', 'made')
    edit(world, 'b', 'broken\n')
    makefile(world, 'a: b ; @grep -q 1 b && cat b > a\n')
    make(world, code=2)
    edit(world, 'b', '1\n')
    make(world)


def start(world, *arguments):
    child = subprocess.Popen([FAKE, *arguments], cwd=world.project, env=world.environment(),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    world.children.append(child)
    return child


def wait_for(world, name):
    end = time.time() + 10
    while not (world.project / name).exists():
        check(time.time() < end, f'{name} never came')
        time.sleep(0.01)


SLOW = 'a: b ; @echo half > a; touch begun; sleep 20; cat b > a\n'


def test_interrupted_target_is_deleted(world):
    makefile(world, SLOW)
    world.write('b', '1\n')
    for number, name in ((signal.SIGINT, 'Interrupt'), (signal.SIGTERM, 'Terminated')):
        child = start(world)
        wait_for(world, 'begun')
        child.send_signal(number)
        out = child.communicate(timeout=10)[0].decode()
        check(child.returncode != 0, 'exit code')
        check("*** Deleting file 'a'" in out and name in out, out)
        check(not (world.project / 'a').exists(), 'deleted')
        (world.project / 'begun').unlink()


def test_killed_run_is_made_again(world):
    makefile(world, SLOW)
    world.write('b', '1\n')
    child = start(world)
    wait_for(world, 'begun')
    child.kill()
    child.wait()
    check((world.project / 'a').read_text() == 'half\n', 'half')
    makefile(world, SLOW.replace('sleep 20; ', ''))
    contains(make(world, '--explain'), 'its last run did not come to an end')
    check((world.project / 'a').read_text() == '1\n', 'made')
    check(sorted(os.listdir(world.project / '.fake')) == ['store', 'store-lock', 'store-seal'], 'nothing stays')


def test_interrupted_intermediate(world):
    makefile(world, 'a: a.mid ; @touch begun; sleep 20; cat $< > $@\n%.mid: %.in ; cat $< > $@\n'
                    '.INTERMEDIATE: a.mid\n')
    world.write('a.in', '1\n')
    child = start(world)
    wait_for(world, 'begun')
    child.send_signal(signal.SIGINT)
    out = child.communicate(timeout=10)[0].decode()
    check("Deleting intermediate file 'a.mid'" in out, out)
    check(not (world.project / 'a.mid').exists(), 'deleted')


# A program that, once, makes half of what it is to make, and waits to be ended.
HESITANT = '''#!/bin/sh
if rm {folder}/slow 2>/dev/null; then
    out= previous=
    for word; do [ "$previous" = -o ] && out=$word; previous=$word; done
    echo half >"${{out:-$previous}}"
    touch {folder}/begun
    sleep 5
    exit 1
fi
exec /usr/bin/${{0##*/}} "$@"
'''
STYLES = {
    'generated': ({'Makefile': GENERATED}, '', 'prog'),
    'recursive': (RECURSIVE, 'lib/', 'app/prog'),
    'by eval': ({'Makefile': BY_EVAL}, '', 'one'),
    'stamps': ({'Makefile': STAMPS}, '', None),
    'if changed': ({'Makefile': IF_CHANGED.replace('cat $^ > $@', 'cp main $@')}, '', None),
    'strip': ({'Makefile': STRIP}, '', 'prog'),
}


def kill_all_in(folder):
    """Stopped first: none of them sees the end of another."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for entry in os.listdir('/proc'):
            try:
                if entry.isdigit() and os.readlink(f'/proc/{entry}/cwd').startswith(str(folder)):
                    os.kill(int(entry), number)
            except OSError:
                pass  # it has ended


def test_styles_interrupted(world):
    tools = world.folder / 'tools'
    tools.mkdir()
    for tool in ('cc', 'cp', 'ar'):
        (tools / tool).write_text(HESITANT.format(folder=world.project))
        (tools / tool).chmod(0o755)
    environment = dict(world.environment(), PATH=f'{tools}:{os.environ["PATH"]}', X='1')
    world.environment = lambda: environment
    for name, (files, sources, program) in STYLES.items():
        for number in (signal.SIGINT, signal.SIGKILL):
            shutil.rmtree(world.project)
            world.project.mkdir()
            write_sources(world, sources)
            for path in ('in', 'main'):
                world.write(path, 'text\n')
            for path, text in files.items():
                makefile(world, text, path)
            world.write('slow', '')
            child = start(world)
            wait_for(world, 'begun')
            child.send_signal(number)
            if number == signal.SIGKILL:
                kill_all_in(world.project)  # the makes below it, too
            check(child.wait(timeout=10) != 0, f'{name}: {number}: exit code')
            result = make(world)
            check(result.code == 0, f'{name}: {number}: {result!r}')
            if program:
                check(subprocess.run([world.project / program]).returncode == 0, f'{name}: {number}: {program}')
            check(b'half' not in b''.join(p.read_bytes() for p in world.project.rglob('*') if p.is_file()
                                          and '.fake' not in str(p) and p.suffix not in ('.c', '.h')
                                          and p.name != 'Makefile'), f'{name}: {number}: half of a file stays')


def test_two_runs_at_once(world):
    names = ' '.join(f't{i}' for i in range(40))
    makefile(world, f'all: {names}\n{names}: in ; @cat in > $@\n')
    world.write('in', '1\n')
    children = [start(world, '-j2') for _ in range(4)]
    for child in children:
        out = child.communicate(timeout=60)[0]
        check(child.returncode == 0, out)
    check(not ran(make(world)), 'all is recorded')
    edit(world, 'in', '2\n')
    children = [start(world, '-j2') for _ in range(4)]
    for child in children:
        check(child.wait(timeout=60) == 0, 'exit code')
    check(not ran(make(world)), 'all is recorded')


def spoil_text(path):
    path.write_text('this is no store\n' * 1000)


def spoil_half(path):
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def spoil_page(path):
    os.truncate(path, 4096)


def spoil_empty(path):
    os.truncate(path, 0)


def spoil_zeros(path):
    size = path.stat().st_size
    with open(path, 'r+b') as stream:
        stream.seek(8192)
        stream.write(b'\0' * (size - 8192))


def spoil_noise(path):
    data = bytearray(path.read_bytes())
    for i in range(8192, len(data)):
        data[i] = (i * 7919) & 255
    path.write_bytes(data)


def test_damaged_store(world):
    names = ' '.join(f't{i}' for i in range(200))
    makefile(world, f'all: {names}\n{names}: in ; @cat in > $@\n')
    world.write('in', '1\n')
    make(world)
    store = world.project / '.fake/store'
    for spoil in (spoil_text, spoil_half, spoil_page, spoil_empty, spoil_zeros, spoil_noise):
        spoil(store)
        result = make(world)  # all is up to date by time stamps, and adopted
        check(result.code == 0 and not ran(result), f'{spoil.__name__}: {result!r}')
        if spoil is not spoil_empty:
            contains(result, 'put aside')
        result = make(world)
        check('put aside' not in result.err and not ran(result), f'{spoil.__name__}: the next run')


def test_store_with_one_bad_byte(world):
    names = ' '.join(f't{i}' for i in range(60))
    makefile(world, f'all: {names}\n{names}: in ; @cat in > $@\n')
    world.write('in', '1\n')
    make(world)
    make(world)
    store = world.project / '.fake/store'
    whole = store.read_bytes()
    told = 0
    for place in range(7, len(whole), 4096 // 3 + 1):  # what no page uses may be anything
        store.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1:])
        result = make(world)
        check(result.code == 0 and not ran(result), f'byte {place}: {result!r}')
        told += 'put aside' in result.err
    check(told > 5, f'told {told} times')


def test_store_of_another_version(world):
    makefile(world, COPY)
    world.write('b', 'b\n')
    world.write('c', 'c\n')
    make(world)
    store = world.project / '.fake/store'
    data = store.read_bytes()
    check(b'fake-store 2' in data, 'the version stands in it')
    store.write_bytes(data.replace(b'fake-store 2', b'fake-store 9'))
    contains(make(world), 'of another version', 'put aside', "'a' is up to date.")


def test_no_place_for_records(world):
    makefile(world, 'all: a sub\na: b ; @echo make a; cat b > a\nsub: ; @true\n')
    world.write('b', '1\n')
    world.write('.fake', 'a file')
    result = make(world)
    contains(result, 'make a', 'time stamps')
    check(result.err.count('warning') == 1, result)
    lacks(make(world), 'make a')
    touch(world, 'b')
    contains(make(world), 'make a')


# ---- fake's own Makefile


def test_builds_itself(world):
    tree = world.project / 'fake'
    done = subprocess.run(['git', 'clone', '-q', '--no-hardlinks', str(TOP), str(tree)], stderr=subprocess.PIPE)
    if done.returncode:
        shutil.copytree(TOP, tree, ignore=shutil.ignore_patterns('build*', '.git', '.fake'))
    options = ('-s', 'CFLAGS=-O0', 'build/src/base/str.o', 'build/src/base/vec.o')
    make(world, *options, cwd=tree, timeout=300)
    check((tree / 'build/src/base/str.o').exists(), 'built')
    result = make(world, *options[1:], cwd=tree, timeout=300)
    lacks(result, ' -c ')
    for path in (tree / 'src/base').iterdir():
        os.utime(path)
    lacks(make(world, *options[1:], cwd=tree, timeout=300), ' -c ')
    contains(make(world, '-n', 'check', cwd=tree), 'tests/lang/run', 'tests/e2e/run')
