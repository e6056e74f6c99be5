"""``python -m jianbao``: the command line."""

from jianbao.cli import main

main()
