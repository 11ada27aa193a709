"""`python -m lianxin`: the same front door as the `lianxin` command."""

from lianxin.cli import main

main()
