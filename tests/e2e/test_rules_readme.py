"""README.md: its tutorial as written, and the tables of the stock rules."""
import getpass
import re
import shutil
import subprocess

from harness import TOP, check


def section(title):
    text = (TOP / 'README.md').read_text()
    found = re.search(rf'^## {re.escape(title)}\n(.*?)^## [^\n]*\n\n', text, re.M | re.S)
    check(found, f'README.md has no section {title!r}')
    return found[1]


def test_table(world):
    done = subprocess.run([TOP / 'tools/rules', 'check'], capture_output=True, text=True)
    check(done.returncode == 0, done.stderr)


def test_step_options(world):
    """The man page, where README.md sends its reader, has each option of steps, and none that there is not."""
    table = re.search(r'option table\[\] = \{(.*?)^\};', (TOP / 'src/step/options.c').read_text(), re.M | re.S)[1]
    there = set(re.findall(r'^ *\{ "([\w-]+)"', table, re.M))
    steps = re.search(r'^\.Sh STEPS\n(.*?)^\.Sh ', (TOP / 'docs/fake.1').read_text(), re.M | re.S)[1]
    told = {name for line in steps.splitlines() if 'Fl ' in line for name in re.findall(r' -([a-z][\w-]*)', line)}
    check(len(there) > 20 and told == there, f'not in docs/fake.1: {there - told}; only there: {told - there}')


def test_named_tests(world):
    """docs/parity.md and docs/field.md name tests: each is there."""
    names = {f'{path.stem[5:]}.{name}' for path in TOP.glob('tests/e2e/test_*.py')
             for name in re.findall(r'^def test_(\w+)', path.read_text(), re.M)}
    for page in 'parity', 'field':
        text = (TOP / f'docs/{page}.md').read_text()
        rows = [line.rsplit(' | ', 1)[1] for line in text.splitlines() if line.startswith('| ')]
        named = {name for row in rows for name in re.findall(r'`([\w/.*-]+)`', row)}
        check(len(named) > 40, 'the column of tests')
        for name in named:
            kind, _, rest = name.partition('/')
            there = ((TOP / f'tests/{kind}/{rest}{".c" if kind == "unit" else ""}').exists() if rest
                     else name in names if '*' not in name else any(known.startswith(name[:-1]) for known in names))
            check(there, f'docs/{page}.md: there is no test {name}')


def test_tutorial(world):
    """Each block `make` is the Fakefile from there on; each line of a block `sh` is typed, and says what stands behind #."""
    address, = world.servers(1)
    config = (world.folder / 'ssh_config').read_text().replace('Host *', f'Host server1.example.com\n    HostName {address}')
    (world.home / '.ssh/config').write_text(config)
    (world.home / '.gitconfig').write_text('[user]\n\tname = Tester\n\temail = tester@example.com\n')
    remote = f'/tmp/fake-e2e-tutorial-{world.number}'
    try:
        lines = 0
        for kind, text in re.findall(r'^```(make|sh)\n(.*?)^```', section('A tutorial in ten minutes'), re.M | re.S):
            text = re.sub(r'^(user +=) root', rf'\1 {getpass.getuser()}', text.replace('/tmp/tutorial', remote), flags=re.M)
            if kind == 'make':
                world.write('Fakefile', text)
                continue
            for line in text.splitlines():
                command, _, wanted = (part.strip() for part in line.partition('  # '))
                if command.startswith('git commit'):
                    subprocess.run(['sleep', '1.05'], check=True)  # no reader is as quick as this
                done = subprocess.run(['sh', '-c', command], cwd=world.project, env=world.environment(), capture_output=True,
                                      text=True, stdin=subprocess.DEVNULL)
                check(done.returncode == 0, f'{command}: exit {done.returncode}\n{done.stdout}{done.stderr}')
                check(wanted in done.stdout + done.stderr, f'{command}: no {wanted!r} in\n{done.stdout}{done.stderr}')
                lines += 1
        check(lines > 20, 'all of it')
    finally:
        shutil.rmtree(remote, ignore_errors=True)
