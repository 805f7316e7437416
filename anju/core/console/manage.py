"""Django's own commands, for developers: python -m anju.core.console.manage makemigrations ROOM."""

import sys

from anju.core.console import command

if __name__ == "__main__":
    command.set_up_django(migrated=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
