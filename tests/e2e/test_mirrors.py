"""put --mirror of a tree whose record is one of many places: what travels, and what is found."""
import os
import shutil

from harness import check, contains, lacks

FILES = 300


def prepare(world, options=''):
    """A tree, its mirror on the host, and a host that notes with what `find` is called."""
    address, = world.servers(1)
    d = world.folder / 'far'
    world.fakefile(f't @:\n    put --mirror {options} site/ {d}/\n')
    for i in range(FILES):
        world.write(f'site/{i % 7}/file {i}', f'{i}\n')
    os.symlink('old', world.project / 'site/link')
    home = world.host_home(address)
    (home / 'bin').mkdir()
    (home / 'bin/find').write_text(f'#!/bin/sh\necho "$*" >>{home}/found\nexec /usr/bin/find "$@"\n')
    (home / 'bin/find').chmod(0o755)
    (home / '.bashrc').write_text(f'PATH={home}/bin:$PATH\n')
    world.fake('t')
    return d, home


def lists(home):
    """How often the tree was listed since the last time."""
    found = home / 'found'
    count = found.read_text().count('-name .fake -prune') if found.exists() else 0
    found.unlink(missing_ok=True)
    return count


def same(world, d):
    """The mirror is the tree."""
    site = world.project / 'site'
    for root, folders, files in os.walk(site):
        for name in folders + files:
            path = os.path.join(root, name)
            there = d / os.path.relpath(path, site)
            check(os.path.islink(path) == there.is_symlink(), path)
            if os.path.islink(path):
                check(os.readlink(path) == os.readlink(there), path)
            elif os.path.isfile(path):
                check(open(path, 'rb').read() == there.read_bytes(), path)
                check(os.stat(path).st_mode == there.stat().st_mode, path)


def test_what_a_host_has_is_remembered(world):
    d, home = prepare(world)
    site = world.project / 'site'
    lists(home)

    def changes():
        yield (site / '1/file 1').write_text('changed\n')
        yield (site / '1/added').write_text('x\n'), (site / '2/file 2').unlink()
        yield (site / 'link').unlink(), os.symlink('new', site / 'link')
        yield (site / '3/file 3').chmod(0o755)
        yield (site / '4/file 4').unlink(), os.symlink('x', site / '4/file 4')
        yield (site / '5/file 5').unlink(), (site / '5/file 5').write_text('again\n'), (site / '6/file 6').unlink()
    for _ in changes():
        world.fake('t')
        same(world, d)
        check(lists(home) == 0, 'no list')
        contains(world.fake('t'), 'up to date')
    record, = (home / '.fake/e2e').glob('t@*')
    lines = record.read_text().splitlines()
    places = {line[8:] for line in lines if line.startswith('place ')}
    there = {str(path) for path in d.glob('**/*') if not path.is_dir() or path.is_symlink()}
    gone = {f'{d}/2/file 2', f'{d}/6/file 6'}
    check(places == there - gone and len(places) == FILES, 'no --delete: what is gone here stays, and is no place')
    for kind in 'place ', 'state ':
        check(len([line for line in lines if line.startswith(kind)]) == FILES, kind)


def test_changes_in_many_folders(world):
    """Are renamed by one program, where there is perl."""
    d, home = prepare(world)
    site = world.project / 'site'
    moved = home / 'moved'
    for name, then in ('mv', 'exec /bin/mv "$@"'), ('perl', f'[ ! -f {home}/poor ] || exit 1\nexec /usr/bin/perl "$@"'):
        (home / 'bin' / name).write_text(f'#!/bin/sh\necho {name} >>{moved}\n{then}\n')
        (home / 'bin' / name).chmod(0o755)
    for number, poor in enumerate((False, True)):
        if poor:
            (home / 'poor').write_text('')
        for i in range(7):
            (site / f'{i}/file {i}').write_text(f'changed {number}\n')
        (site / f'3/it\'s -> "new" {number}').write_text('x')
        (site / f'new {number}/below').mkdir(parents=True)
        (site / f'new {number}/below/file').write_text('x')
        (site / '4/file 11').unlink()
        os.symlink(f'x{number}', site / '4/file 11') if not poor else (site / '4/file 11').write_text('x')
        (site / 'link').unlink()
        os.symlink(f'{number}', site / 'link')
        moved.unlink(missing_ok=True)
        world.fake('t')
        same(world, d)
        programs = moved.read_text().split()
        check(programs.count('perl') == 1 and (programs.count('mv') > 6) == poor, programs)
        contains(world.fake('t'), 'up to date')


def test_drift_is_found_and_mended(world):
    d, home = prepare(world)
    site = world.project / 'site'
    some = d / '1/file 1'
    lists(home)
    for number, drift in enumerate((lambda: some.write_text('drift'), some.unlink, lambda: some.chmod(0o600),
                                    lambda: (some.unlink(), os.symlink('x', some)), lambda: shutil.rmtree(d / '1'))):
        drift()
        (site / '2/file 2').write_text(f'changed {number}\n')
        world.fake('t')
        same(world, d)
        check(lists(home) > 0, 'it was asked')
        contains(world.fake('t'), 'up to date')


def test_what_is_not_remembered_is_asked(world):
    d, home = prepare(world)
    site = world.project / 'site'
    (site / '2/file 2').write_text('changed\n')
    shutil.rmtree(world.project / '.fake')
    world.fake('t')
    same(world, d)
    check(lists(home) > 0, 'asked')
    other = world.folder / 'other'
    shutil.copytree(world.project, other, symlinks=True)
    (other / 'site/3/file 3').write_text('of another operator\n')
    world.fake('-C', other, 't')
    check((d / '3/file 3').read_text() == 'of another operator\n', 'sent')
    lists(home)
    (site / '4/file 4').write_text('changed\n')
    world.fake('t')
    same(world, d)
    check(lists(home) > 0, 'asked')
    contains(world.fake('t'), 'up to date')


def test_nothing_else_is_there(world):
    """With --delete, what somebody put there is found though nothing changed here; but for what is excluded."""
    d, home = prepare(world, '--delete --exclude=*.log')
    world.write('few/a', 'a\n')
    world.fakefile((world.project / 'Fakefile').read_text() + f'few @:\n    put --mirror --delete few/ {d}-few/\n')
    world.fake('few')
    for target, folder in ('t', d), ('few', world.folder / 'far-few'):
        contains(world.fake(target), 'up to date')
        for name in 'stray', 'new/stray', "it's", 'a -> b':
            (folder / 'new').mkdir(exist_ok=True)
            (folder / name).write_text('x')
            contains(world.fake(target, '--explain'), f'{folder}/{name} on 127', 'is not as it was left')
            check(not (folder / name).exists(), 'removed')
            contains(world.fake(target), 'up to date')
    (d / '1/x.log').write_text('x')
    contains(world.fake('t'), 'up to date')
    lists(home)
    (world.project / 'site/1/file 1').unlink()
    (world.project / 'site/link').unlink()
    (world.project / 'site/2/file 2').write_text('changed\n')
    world.fake('t')
    same(world, d)
    check(not (d / '1/file 1').exists() and not (d / 'link').is_symlink() and (d / '1/x.log').exists(), 'deleted')
    check(lists(home) == 1, 'the look for strays, and no list')
    contains(world.fake('t'), 'up to date')
    world.fakefile(f't @:\n    put --mirror --delete --exclude=var/log site/ {d}/\n')
    (d / 'var/log').mkdir(parents=True)
    (d / 'var/log/x').write_text('x')
    world.fake('t')
    contains(world.fake('t'), 'up to date')


def test_a_step_that_was_passed_over(world):
    """What it would have sent is not what is there."""
    d, home = prepare(world, '--if=false')
    contains(world.fake('t'), 'up to date')
    check(not d.exists(), 'passed over')
    world.write('large', 'x' * 2**20)
    world.fakefile(f'u @:\n    put --unless=true large {d}\n')
    world.fake('u')
    contains(world.fake('u'), 'up to date')
