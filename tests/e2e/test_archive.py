"""The verb archive in whole runs: what is skipped, what is made again, what travels."""
import hashlib
import tarfile

from harness import check, contains, lacks


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pack(world):
    world.write('app/main.py', 'print(1)\n')
    world.write('app/run', '#!/bin/sh\n', mode=0o755)
    return world.project / 'dist/app.tar.gz'


def test_skipped_while_unchanged(world):
    world.fakefile('''
pack @local:
    archive --prefix=app-1.0/ dist/app.tar.gz app
''')
    path = pack(world)
    world.fake('pack')
    first = digest(path)
    with tarfile.open(path) as tar:
        check(tar.getnames() == ['app-1.0/app', 'app-1.0/app/main.py', 'app-1.0/app/run'], tar.getnames())
    contains(world.fake('pack'), 'up to date')
    (world.project / 'app/main.py').touch()
    contains(world.fake('pack'), 'up to date')
    path.unlink()
    contains(world.fake('pack', '--explain'), 'dist/app.tar.gz is missing')
    check(digest(path) == first, 'other bytes from the same tree')
    path.write_bytes(b'damaged')
    contains(world.fake('pack', '--explain'), 'dist/app.tar.gz is not as it was left')
    check(digest(path) == first, 'other bytes from the same tree')
    world.write('app/main.py', 'print(2)\n')
    contains(world.fake('pack', '--explain'), 'app changed')
    check(digest(path) != first, 'the same bytes from another tree')
    contains(world.fake('pack'), 'up to date')


def test_whole_project(world):
    """Records and the archive itself lie in the tree that is archived."""
    world.fakefile('''
pack @local:
    archive dist/app.tar.zst .
''')
    pack(world)
    world.fake('pack')
    contains(world.fake('pack'), 'up to date')
    check(not list((world.project / 'dist').glob('.fake-*')), 'a temporary file was left')


def test_sent_in_one_recipe(world):
    web, = world.servers()
    world.fakefile('''
deploy @:
    archive dist/app.tar.gz app
    put dist/app.tar.gz ~/
''')
    pack(world)
    contains(world.fake('deploy'), 'archive: dist/app.tar.gz app')
    check((world.host_home(web) / 'app.tar.gz').exists(), 'it did not arrive')
    contains(world.fake('deploy'), 'up to date')
    world.write('app/main.py', 'print(2)\n')
    contains(world.fake('deploy', '--explain'), 'app changed')
    check(digest(world.host_home(web) / 'app.tar.gz') == digest(world.project / 'dist/app.tar.gz'), 'the old one is there')


def test_failure_keeps_the_old_one(world):
    world.fakefile('''
pack @local:
    archive dist/app.tar.gz app $(more)
more =
''')
    path = pack(world)
    world.fake('pack')
    first = digest(path)
    result = world.fake('pack', 'more=none', code=2)
    contains(result, 'none: No such file or directory')
    lacks(result, 'Done')
    check(digest(path) == first, 'the old archive is gone')


def test_what_a_rule_made(world):
    world.fakefile('''
pack @local: app/version
    archive dist/app.tar.gz app
app/version: number
    cp number app/version
''')
    pack(world)
    world.write('number', '1\n')
    world.fake('pack')
    contains(world.fake('pack'), 'up to date')
    world.write('number', '2\n')
    world.fake('pack')
    with tarfile.open(world.project / 'dist/app.tar.gz') as tar:
        check(tar.extractfile('app/version').read() == b'2\n', 'the old version was packed')


def test_exclude(world):
    """What is excluded is neither in the archive nor an input."""
    world.fakefile('''
pack @local:
    archive --exclude='*.pyc' --exclude=node_modules --exclude=/main/static out.tar.gz app .
''')
    pack(world)
    for name in ['app/x.pyc', 'app/node_modules/m/a', 'main/static/b', 'deep/main/static/b', 'log.pyc']:
        world.write(name, 'x')
    world.fake('pack')
    with tarfile.open(world.project / 'out.tar.gz') as tar:
        names = tar.getnames()
    check('app/main.py' in names and 'deep/main/static/b' in names, names)
    lacks('\n'.join(names), '.pyc', 'node_modules', '\nmain/static')
    world.write('app/x.pyc', 'y')
    world.write('app/node_modules/m/b', 'x')
    contains(world.fake('pack'), 'up to date')
    world.write('deep/main/static/b', 'y')
    lacks(world.fake('pack'), 'up to date')
    contains(world.fake('-n', 'pack'), 'up to date')
