"""What the commands do; `hocba/cli.py` only declares them, so that `--help` is quick.

Each function takes the `Terminal` and the words of the command line, and raises the errors
of the house; `cli.main` prints them and chooses the exit status.
"""
