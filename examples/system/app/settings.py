HOST = '$(host.name)'
DATABASE = '$(database_url)'
