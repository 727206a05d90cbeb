"""The control plane's database: tables, migrations, one repository a resource."""
