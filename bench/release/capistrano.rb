# The steps of Capistrano's deploy (its documentation, "Flow", and git plugin), by the SSHKit that it runs them with.
require 'sshkit'
require 'sshkit/dsl'
include SSHKit::DSL

FOLDER = ENV.fetch('BENCH_FOLDER')
RELEASE = ENV.fetch('BENCH_RELEASE')
REPO_URL = "file://#{ENV.fetch('BENCH_TREE')}"
HOSTS = ENV.fetch('BENCH_HOSTS').split
LINKED_DIRS = %w[log uploads]
LINKED_FILES = %w[config/app.cfg]
KEEP_RELEASES = 5

SSHKit::Backend::Netssh.configure do |ssh|
  ssh.ssh_options = {
    user: 'root', port: ENV.fetch('BENCH_PORT').to_i, keys: ["#{FOLDER}/home/.ssh/id_ed25519"], keys_only: true,
    use_agent: false, config: false, auth_methods: ['publickey'], verify_host_key: :always,
    user_known_hosts_file: "#{FOLDER}/home/.ssh/known_hosts"
  }
end

# Paths of a host: each has a site of its own.
Site = Struct.new(:path) do
  def shared = "#{path}/shared"
  def releases = "#{path}/releases"
  def release = "#{releases}/#{RELEASE}"
  def current = "#{path}/current"
  def repo = "#{path}/repo"
end

def on_all(&block)
  on HOSTS, in: :parallel do |host|
    instance_exec(Site.new("#{FOLDER}/#{host.hostname}/capistrano-#{ENV.fetch('BENCH_ROUND')}"), &block)
  end
end

def check
  on_all do |site|
    own = "#{site.path}-git-ssh.sh"
    upload! StringIO.new("#!/bin/sh -e\nexec /usr/bin/ssh -o PasswordAuthentication=no \"$@\"\n"), own
    execute :chmod, '700', own
  end
  on_all { |site| with(git_ssh: "#{site.path}-git-ssh.sh") { execute :git, :'ls-remote', REPO_URL, 'HEAD' } }
  on_all { |site| execute :mkdir, '-p', site.shared, site.releases }
  on_all { |site| execute :mkdir, '-p', *LINKED_DIRS.map { |name| "#{site.shared}/#{name}" } }
  on_all { |site| execute :mkdir, '-p', *LINKED_FILES.map { |name| File.dirname("#{site.shared}/#{name}") }.uniq }
  on_all do |site|
    LINKED_FILES.each { |name| raise "#{name} is missing" unless test "[ -f #{site.shared}/#{name} ]" }
  end
end

def set_previous_revision
  on_all { |site| capture(:cat, "#{site.current}/REVISION") if test "[ -f #{site.current}/REVISION ]" }
end

def create_release
  on_all do |site|
    unless test "[ -f #{site.repo}/HEAD ]"
      within(site.path) { execute :git, :clone, '--mirror', REPO_URL, site.repo }
    end
  end
  on_all do |site|
    within site.repo do
      execute :git, :remote, :'set-url', 'origin', REPO_URL
      execute :git, :remote, :update, '--prune'
    end
  end
  on_all do |site|
    within site.repo do
      execute :mkdir, '-p', site.release
      execute :git, :archive, 'master', "| /usr/bin/env tar -x -f - -C", site.release
    end
  end
end

def set_current_revision
  on_all do |site|
    within(site.repo) { @revision = capture(:git, 'rev-list --max-count=1 master') }
    revision = @revision
    within(site.release) { execute :echo, "\"#{revision}\" > REVISION" }
    within(site.repo) { @time = capture(:git, '--no-pager log -1 --pretty=format:"%ct" master') }
    time = @time
    within(site.release) { execute :echo, "\"#{time}\" > REVISION_TIME" }
  end
end

def link_shared(names, kind)
  on_all do |site|
    execute :mkdir, '-p', *names.map { |name| File.dirname("#{site.release}/#{name}") }.uniq
    names.each do |name|
      target = "#{site.release}/#{name}"
      next if test "[ -L #{target} ]"
      execute :rm, '-rf', target if test "[ -#{kind} #{target} ]"
      execute :ln, '-s', "#{site.shared}/#{name}", target
    end
  end
end

def publish
  on_all do |site|
    execute :ln, '-s', site.release, "#{site.releases}/current"
    execute :mv, "#{site.releases}/current", site.path
  end
end

def restart
  on_all { |site| execute :touch, "#{site.current}/restart.txt" }
end

def cleanup
  on_all do |site|
    names = capture(:ls, '-x', site.releases).split.grep(/^\d{14}$/).sort
    live = capture(:readlink, site.current).strip
    old = names.map { |name| "#{site.releases}/#{name}" } - names.last(KEEP_RELEASES).map { |name| "#{site.releases}/#{name}" } - [live]
    execute :rm, '-rf', *old unless old.empty?
  end
end

def log_revision
  on_all do |site|
    within site.releases do
      execute :echo, "\"Branch master (at #{RELEASE}) deployed as release #{RELEASE} by bench\" >> #{site.path}/revisions.log"
    end
  end
end

check
set_previous_revision
create_release
set_current_revision
link_shared LINKED_FILES, 'f'
link_shared LINKED_DIRS, 'd'
publish
restart
cleanup
log_revision
