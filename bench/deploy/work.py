"""The work "deploy", as each tool is told to do it: an archive is sent, and eight steps follow, each visible as such.

    upload · make folders · unpack · two symbolic links · switch `current` by rename · touch · HUP · remove the archive"""
import os
import pathlib
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
FORKS = 50  # at once, for who starts a process a host

FAKEFILE = '''project = bench
user = root
ssh_port = {port}
hosts = {hosts}
site = {folder}/$(host.name)/site
release = 1
deploy @: archive.tgz
\tput archive.tgz $(site)-archive.tgz
{steps}
big @:
\tput big $(site)-big
still @: deploy.txt
\tput deploy.txt $(site)-deploy.txt
\trun true
'''


def steps(site, release):
    """Shell text of the eight steps behind the upload."""
    return [
        f'mkdir -p {site}/releases/{release} {site}/shared/log',
        f'tar -xzf {site}-archive.tgz -C {site}/releases/{release}',
        f'ln -sfn {site}/shared/log {site}/releases/{release}/log',
        f'ln -sfn {site}/shared {site}/releases/{release}/shared',
        f'ln -sfn releases/{release} {site}/next && mv -T {site}/next {site}/current',
        f'touch {site}/current/restart.txt',
        f'kill -s HUP $(cat {site}.pid)',
        f'rm -f {site}-archive.tgz',
    ]


class Work:
    """The servers are there: the files that the tools want, and the command of each. A command is told which release
    it makes; every one of them unpacks the archive as it is then."""

    def __init__(self, bench, fake, addresses):
        self.bench, self.fake, self.addresses = bench, fake, addresses
        self.folder, self.project = bench.folder, bench.project
        self.archive = self.project / 'archive.tgz'
        self.release = 0
        # Who gets the HUP: one process for all hosts, which they are on this machine.
        self.daemon = subprocess.Popen(['sh', '-c', 'trap "" HUP; exec sleep 100000'])
        for address in addresses:
            (self.folder / address / 'site.pid').write_text(f'{self.daemon.pid}\n')
        (self.project / 'deploy.txt').write_text('hello\n')
        (self.project / 'Fakefile').write_text(FAKEFILE.format(
            port=bench.port, hosts=' '.join(addresses), folder=self.folder,
            steps='\n'.join('\trun ' + text.replace('$(cat', '$$(cat') for text in steps('$(site)', '$(release)'))))
        (self.folder / 'ansible.cfg').write_text(
            '[defaults]\nhost_key_checking = True\nforks = 50\n'
            f'[ssh_connection]\npipelining = True\nssh_args = -F {self.folder}/ssh_config '
            f'-o ControlMaster=auto -o ControlPersist=5s\ncontrol_path_dir = {self.folder}/cm\n')
        bench.more.update(BENCH_HOSTS=' '.join(addresses), BENCH_FOLDER=str(self.folder), BENCH_PORT=str(bench.port),
                          BENCH_ARCHIVE=str(self.archive), ANSIBLE_CONFIG=str(self.folder / 'ansible.cfg'),
                          PDSH_SSH_ARGS_APPEND=f'-F {self.folder}/ssh_config')

    def end(self):
        self.daemon.kill()
        self.daemon.wait()

    def new_archive(self, size=1 << 20):
        """A file that does not shrink, in an archive: new each time, so that every upload is really made."""
        content = self.folder / 'content'
        content.mkdir(exist_ok=True)
        (content / 'app').write_bytes(os.urandom(size))
        subprocess.run(['tar', '-czf', self.archive, '-C', content, 'app'], check=True)

    # ---- how each is told

    def site(self, host):
        return f'{self.folder}/{host}/site'

    def each(self, *words):
        """A process a host, FORKS at once; {} is the host in the words."""
        return ['sh', '-c', 'hosts=$1; shift; printf "%s\\n" $hosts | xargs -P' + str(FORKS) + ' -I{} "$@"', 'sh',
                ' '.join(self.addresses), *map(str, words)]

    def tool_fake(self):
        return [self.fake, 'deploy', f'release={self.release}']

    def floor(self, *options):
        """One ssh a host, the archive on its input, all in one script."""
        site = self.site('{}')
        script = ' && '.join([f'cat >{site}-archive.tgz', *steps(site, self.release)])
        ssh = ' '.join(shlex.quote(str(word)) for word in self.bench.ssh(*options))
        return self.each('sh', '-c', f'exec {ssh} "$1" "$2" <"$3"', 'sh', '{}', script, self.archive)

    def fast_floor(self):
        return self.floor('-o', 'KexAlgorithms=curve25519-sha256', '-c', 'aes128-gcm@openssh.com')

    def pdsh(self):
        """It sends no files to hosts without it: ssh does, then all steps are one command of pdsh."""
        joined = ' && '.join(steps('$HOME/../site', self.release))
        ssh = ' '.join(shlex.quote(str(word)) for word in self.bench.ssh())
        send = self.each('sh', '-c', f'exec {ssh} "$1" "cat >$2" <"$3"', 'sh', '{}', self.site('{}') + '-archive.tgz',
                         self.archive)
        pdsh = ['pdsh', '-S', '-f', FORKS, '-R', 'ssh', '-w', ','.join(self.addresses), joined]
        return ['sh', '-c', f'{shlex.join(map(str, send))} && exec {shlex.join(map(str, pdsh))}']

    def sshkit(self):
        return ['ruby', HERE / 'sshkit.rb']

    def fabric(self):
        return ['/usr/bin/python3', HERE / 'with_fabric.py']

    def ansible(self):
        return ['ansible-playbook', '-i', ','.join(self.addresses) + ',', HERE / 'playbook.yml']
