"""§1, §6: makes that start fakes, fakes that start makes, and fake in make's name."""
import os
import subprocess
import xml.etree.ElementTree

from harness import FAKE, check, contains, lacks

# Each job notes how many run beside it.
JOB = r'''
all: $(foreach i,1 2 3 4,job-$(name)$(i))
job-$(name)%:
	@mkdir -p running; : > running/$@; ls running | wc -l >> seen; sleep 0.2; rm running/$@
'''

TOP = r'''
all: a b
a b:
	+@$(inner) --no-print-directory -f inner.mk name=$@
'''


def shares_jobs(world, outer, inner, *arguments):
    world.write('Fakefile', TOP)
    world.write('inner.mk', JOB)
    subprocess.run([outer, '-f', 'Fakefile', *arguments, f'inner={inner}'], cwd=world.project, check=True,
                   env=world.environment(), stdin=subprocess.DEVNULL, timeout=60)
    seen = [int(line) for line in (world.project / 'seen').read_text().split()]
    check(len(seen) == 8, f'eight jobs ran, not {len(seen)}')
    return max(seen)


def test_fake_shares_jobs_with_makes(world):
    most = shares_jobs(world, FAKE, 'make', '-j3')
    check(most in (2, 3), f'at most 3 jobs of makes at once, and more than one: {most}')


def test_make_shares_jobs_with_fakes(world):
    most = shares_jobs(world, 'make', FAKE, '-j3')
    check(most in (2, 3), f'at most 3 jobs of fakes at once, and more than one: {most}')


def test_fake_shares_jobs_with_fakes(world):
    most = shares_jobs(world, FAKE, FAKE, '-j3')
    check(most in (2, 3), f'at most 3 jobs of fakes at once, and more than one: {most}')


def test_one_job_stays_one(world):
    check(shares_jobs(world, FAKE, FAKE) == 1, 'one job at once')


def test_called_make(world):
    link = world.folder / 'make'
    os.symlink(FAKE, link)
    world.write('Makefile', 'all:\n\t@echo "$(notdir $(MAKE)) $(words $(MAKEFLAGS))"\n\t@$(MAKE) -f inner.mk\n')
    world.write('inner.mk', 'all:\n\t@echo inner $(MAKELEVEL)\n')

    def run(*arguments):
        return subprocess.run([link, *arguments], cwd=world.project, env=world.environment(), capture_output=True,
                              text=True, timeout=60)

    done = run('-R', '--no-print-directory')
    check(done.returncode == 0 and done.stdout == 'make 2\ninner 1\n', done)
    done = run('-H', 'web1')
    check(done.returncode == 2 and "make: *** unknown option '-H'" in done.stderr, done)
    check('inner 1' in run('-w').stdout and "make: Entering directory" in run('-w').stdout, 'speaks as make')
    said = run('--help').stdout
    check('Usage: make' in said and '--question' in said and '--hosts' not in said and 'ssh' not in said, said)
    done = run('nix')
    check("make: *** No rule to make target 'nix'.  Stop." in done.stderr, done)


def test_found_above_works_there(world):
    world.fakefile('all: ; @echo in $(notdir $(CURDIR))\n')
    inner = world.project / 'a/b'
    inner.mkdir(parents=True)
    contains(world.fake(cwd=inner), f"fake: Entering directory '{world.project}'", 'in project')
    contains(world.fake(cwd=inner, env={'MAKELEVEL': '1'}, code=2), 'No targets specified and no makefile found')


def test_the_program_is_found_from_anywhere(world):
    world.write('Fakefile', 'all: ; @cd / && $(MAKE) --version | head -n 1\n')
    os.symlink(FAKE, world.project / 'here')
    done = subprocess.run(['./here'], cwd=world.project, env=world.environment(), capture_output=True, text=True)
    check(done.stdout.startswith('fake '), done)


def test_version_of_a_make(world):
    os.symlink(FAKE, world.project / 'make')
    done = subprocess.run(['./make', '--version'], cwd=world.project, env=world.environment(), capture_output=True, text=True)
    check(done.stdout.startswith('GNU Make 4.4, as fake '), done)


def test_data_base_reads_back(world):
    world.write('Fakefile', r'''
x := a$$b
y = $(x)c
define z
one
two
endef
.PHONY: all
all: mine = its own
all: b | c
	@echo '$(y) $(mine) $(words $(z))' $^
%.o: %.c
	cc $<
b c: ; @:
@web: hosts = web[1-2]
deploy @web: b
	run echo $(host)
after deploy: restart
restart @web: ; run restart
''')
    data = world.fake('-p', '-n').out
    contains(world.fake('-p', '-n'), 'x := a$$b', 'y = $(x)c', 'define z =', 'all: mine = its own', 'all: b | c',
             '%.o: %.c', '@web: hosts = web[1-2]', 'deploy @web: b', 'after deploy: restart')
    lines = data[data.index('# fake '):].splitlines(True)
    world.write('read-back.mk', ''.join(line for line in lines if 'FLAGS = ' not in line))  # no -n, no -p
    contains(world.fake('-f', 'read-back.mk', 'all'), 'a$bc its own 2 b')


def test_graph(world):
    world.fakefile('''
@web: hosts = web[1-3]
pack @local: src
    local true
deploy @web: pack
    run true
before deploy: drain
drain @web: ; run true
''')
    world.write('src', 'x')
    svg = xml.etree.ElementTree.fromstring(world.fake('--graph=svg', 'deploy').out)
    check(len(svg.findall('.//{http://www.w3.org/2000/svg}rect')) == 8, 'src, pack, and deploy and drain on three')
    contains(world.fake('--graph', 'deploy'), 'digraph', 'label=before')
    contains(world.fake('--graph=json', 'deploy'), '"kind": "before"', '"host": "web3"')
    lacks(world.fake('--graph=json', 'pack'), 'web3')
    world.fake('--graph', 'nix', code=2)
