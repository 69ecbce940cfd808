"""put, get, link: atomic, nothing sent that is there."""
import os

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
''')
    result = world.fake('reload')
    for address in world.addresses:
        contains(result, f'out: kill -HUP {address}-77')


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
