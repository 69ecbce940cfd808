# The work "deploy" by SSHKit, all hosts at once.
require 'sshkit'
require 'sshkit/dsl'
include SSHKit::DSL

folder = ENV.fetch('BENCH_FOLDER')
archive = ENV.fetch('BENCH_ARCHIVE')
release = ENV.fetch('BENCH_RELEASE')

SSHKit::Backend::Netssh.configure do |ssh|
  ssh.ssh_options = {
    user: 'root', port: ENV.fetch('BENCH_PORT').to_i, keys: ["#{folder}/home/.ssh/id_ed25519"], keys_only: true,
    use_agent: false, config: false, auth_methods: ['publickey'], verify_host_key: :always,
    user_known_hosts_file: "#{folder}/home/.ssh/known_hosts"
  }
end

on ENV.fetch('BENCH_HOSTS').split, in: :parallel do |host|
  site = "#{folder}/#{host.hostname}/site"
  upload! archive, "#{site}-archive.tgz"
  execute "mkdir -p #{site}/releases/#{release} #{site}/shared/log"
  execute "tar -xzf #{site}-archive.tgz -C #{site}/releases/#{release}"
  execute "ln -sfn #{site}/shared/log #{site}/releases/#{release}/log"
  execute "ln -sfn #{site}/shared #{site}/releases/#{release}/shared"
  execute "ln -sfn releases/#{release} #{site}/next && mv -T #{site}/next #{site}/current"
  execute "touch #{site}/current/restart.txt"
  execute "kill -s HUP $(cat #{site}.pid)"
  execute "rm -f #{site}-archive.tgz"
end
