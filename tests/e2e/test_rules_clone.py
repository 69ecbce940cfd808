"""rules/deploy.mk, strategy clone: the hosts fetch from a git server over ssh, with the operator's agent forwarded."""
import getpass
import subprocess

from harness import check, contains, lacks
from test_reach import Agent
from test_rules_deploy import commit, deploy, git, live, project, www


def git_server(world):
    """A bare repository behind the last server; all keys are in an agent only. Returns its URL; the environment of fake."""
    server, key = world.addresses[-1], world.home / '.ssh/id_ed25519'
    git(world, 'clone', '-q', '--bare', '.', world.folder / 'app.git')
    url = f'ssh://{getpass.getuser()}@{server}:{world.port}{world.folder}/app.git'
    git(world, 'remote', 'add', 'origin', url)
    agent = Agent(world, key)
    key.unlink()
    # ssh looks for its files in the home of the account, not of the test.
    ssh = f'ssh -F none -o BatchMode=yes -o UserKnownHostsFile={world.home}/.ssh/known_hosts'
    for address in world.addresses[:-1]:
        (world.host_home(address) / '.gitconfig').write_text(f'[core]\n\tsshCommand = {ssh}\n')
    return url, dict(agent.environment, GIT_SSH_COMMAND=ssh)


def use(world, url, hosts, more=''):
    with (world.project / 'Fakefile').open('a') as fakefile:
        fakefile.write(f'repo_url = {url}\nhosts = {" ".join(hosts)}\n@git: hosts = {world.addresses[-1]}\n{more}\n')


def push(world, environment, *refs):
    subprocess.run(['git', 'push', '-q', 'origin', *refs], cwd=world.project, env=world.environment(**environment), check=True)


def test_clone_over_ssh(world):
    project(world, 'strategy = clone', count=3)
    hosts = world.addresses[:-1]
    world.write('.gitattributes', 'secret export-ignore\n')
    world.write('secret', 'x')
    git(world, 'add', '-A')
    first = commit(world, 'two')
    url, environment = git_server(world)
    use(world, url, hosts)
    contains(deploy(world, env=environment, code=2), 'Permission denied')
    for address in hosts:
        check(not (www(world, address) / 'current').exists(), 'nothing is live')
    use(world, url, hosts, 'forward_agent = yes')
    contains(deploy(world, env=environment), 'out: two')
    release = live(world, hosts[0])
    for address in hosts:
        current = www(world, address) / 'current'
        check(live(world, address) == release, 'one release for all')
        check((current / 'REVISION').read_text() == first + '\n', 'its revision')
        check(f'Branch master (at {first})' in (www(world, address) / 'revisions.log').read_text(), 'and in the log')
        check(not (current / 'secret').exists() and not (current / '.git').exists(), 'as git archive gives it')

    git(world, 'tag', 'v1')
    third = commit(world, 'three')
    lacks(deploy(world, env=environment), ' run: ', 'out: two')  # not pushed yet
    push(world, environment, 'master', 'v1')
    contains(deploy(world, env=environment), 'out: three')
    contains(deploy(world, 'tag=v1', env=environment), 'out: two')
    contains(world.fake('pending', env=environment), 'three')
    contains(deploy(world, f'commit={third[:9]}', 'branch=none', env=environment), 'out: three')


def test_a_git_server_that_is_gone(world):
    project(world, 'strategy = clone', count=2)
    address, server = world.addresses
    url, environment = git_server(world)
    use(world, url, [address], 'forward_agent = yes')
    deploy(world, env=environment)
    before = live(world, address)
    commit(world, 'two')
    push(world, environment, 'master')
    subprocess.run(['kill', str(world.server_pid(server))], check=True)
    contains(deploy(world, env=environment, code=2), 'git ls-remote', 'refused')
    check(live(world, address) == before, 'what was live is live')
    check((www(world, address) / 'current/page.txt').read_text() == 'one\n', 'and whole')
