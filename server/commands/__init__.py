"""What each command of the command line does: calls server/app, prints. The grammar is server/arguments.py."""
